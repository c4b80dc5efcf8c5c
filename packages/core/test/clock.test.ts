import { describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE, SECOND, systemClock } from '../src/clock.ts'

describe('units', () => {
  it('are milliseconds', () => {
    expect([SECOND, MINUTE, HOUR, DAY]).toEqual([1000, 60_000, 3_600_000, 86_400_000])
  })
})

describe('systemClock', () => {
  it('tells the time of the system', () => {
    const before = Date.now()
    const now = systemClock.now()
    expect(now).toBeGreaterThanOrEqual(before)
    expect(now).toBeLessThanOrEqual(Date.now())
  })

  it('never goes backwards where it is monotonic', () => {
    const times = Array.from({ length: 1000 }, () => systemClock.monotonic())
    expect(times.every(Number.isFinite)).toBe(true)
    expect(times).toEqual(times.toSorted((left, right) => left - right))
  })

  it('calls back once', async () => {
    let calls = 0
    await new Promise<void>((resolve) => {
      systemClock.schedule?.(() => {
        calls++
        resolve()
      }, 0)
    })
    expect(calls).toBe(1)
  })

  it('does not call back what was cancelled, nor one that is far away', async () => {
    const called: string[] = []
    const cancel = systemClock.schedule?.(() => called.push('cancelled'), 0)
    // A timer of more than 2^31 - 1 ms would fire at once.
    const cancelFar = systemClock.schedule?.(() => called.push('far'), 2 ** 31 + 5)
    cancel?.()
    await new Promise<void>((resolve) => systemClock.schedule?.(resolve, 1))
    cancelFar?.()
    expect(called).toEqual([])
  })

  it('takes a time that has passed as now', async () => {
    await new Promise<void>((resolve) => systemClock.schedule?.(resolve, -5))
  })

  it('cannot be changed for everybody', () => {
    expect(Object.isFrozen(systemClock)).toBe(true)
  })
})
