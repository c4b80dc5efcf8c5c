/** A moment that was read from a column: epoch milliseconds, or `undefined` for the text that MySQL writes for no date. */
export interface ReadMoment {
  readonly time: number | undefined
  /** Whether it was text without a zone, which is taken for UTC. */
  readonly isZoneless: boolean
}

/**
 * Reads a moment: a `Date`, a number, or text.
 *
 * @returns `undefined` when it is no moment, or a number whose unit is not certain
 */
export function readMoment(value: unknown): ReadMoment | undefined {
  if (value instanceof Date) return fromDate(value.getTime())
  if (typeof value === 'number' || typeof value === 'bigint') return fromNumber(Number(value))
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  return /^[+-]?\d+(?:\.\d+)?$/.test(text) ? fromNumber(Number(text)) : fromText(text)
}

const LAST_MOMENT = Date.UTC(10_000, 0) - 1

function fromDate(time: number): ReadMoment | undefined {
  return Number.isNaN(time) || time > LAST_MOMENT ? undefined : { time, isZoneless: false }
}

/** What lies between is a moment of a key. The same number in another unit lies outside: 2300 in seconds is before 1990 in ms. */
const [EARLIEST, LATEST] = [Date.UTC(1990, 0), Date.UTC(2300, 0)]
/** How many of a unit make a millisecond: seconds, milliseconds, microseconds, nanoseconds. */
const UNITS = [1e-3, 1, 1e3, 1e6]

function fromNumber(value: number): ReadMoment | undefined {
  if (value === 0) return { time: 0, isZoneless: false }
  const times = UNITS.map((unit) => value / unit).filter((time) => time >= EARLIEST && time < LATEST)
  const [time] = times
  return time === undefined || times.length > 1 ? undefined : { time: Math.floor(time), isZoneless: false }
}

const WRITTEN = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?) ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?$/i
const NO_DATE = '0000-00-00'

function fromText(text: string): ReadMoment | undefined {
  const [, day, clock = '00:00', zone] = WRITTEN.exec(text) ?? []
  if (day === undefined) return undefined
  if (day === NO_DATE) return { time: undefined, isZoneless: false }
  const time = Math.floor(new Date(`${day}T${clock.replace(',', '.')}${offsetOf(zone)}`).getTime())
  // The 30th of February would be taken for a day in March.
  const isReal = !Number.isNaN(time) && new Date(`${day}T00:00Z`).toISOString().startsWith(day)
  return isReal ? { time, isZoneless: zone === undefined } : undefined
}

/** As a `Date` reads it: `Z`, or `+02:00`. */
function offsetOf(zone = 'Z'): string {
  if (!/^[+-]/.test(zone)) return 'Z'
  const digits = zone.replace(':', '').padEnd(5, '0')
  return `${digits.slice(0, 3)}:${digits.slice(3)}`
}
