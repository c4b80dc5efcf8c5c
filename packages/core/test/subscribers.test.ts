import { describe, expect, test } from 'vitest'
import type { ChannelSubscriber } from '../src/channel.ts'
import { Subscribers } from '../src/subscribers.ts'

function listen(subscribers: Subscribers, faults: Partial<ChannelSubscriber> = {}) {
  const heard: unknown[] = []
  const subscriber = {
    invalidate: (invalidations: unknown) => void heard.push(invalidations),
    lost: () => void heard.push('lost'),
    ...faults,
  }
  return { heard, subscriber, subscribed: subscribers.add(subscriber) }
}

function fail(): never {
  throw new Error('broken')
}

describe('subscribers', () => {
  test('are handed what can be read, and lose their lease over what cannot', () => {
    const subscribers = new Subscribers('aChannel')
    const { heard } = listen(subscribers)
    expect(subscribers.invalidate([{ id: 'a' }])).toBe(true)
    expect(subscribers.invalidate([null])).toBe(true)
    expect(subscribers.invalidate(undefined)).toBe(false)
    expect(heard).toEqual([[{ id: 'a' }], ['all'], 'lost'])
  })

  test('are all told when one of them fails, which then loses its lease', () => {
    const subscribers = new Subscribers('aChannel')
    let losses = 0
    listen(subscribers, { invalidate: fail, lost: () => void losses++ })
    const { heard } = listen(subscribers)
    expect(subscribers.invalidate([{ id: 'a' }])).toBe(false)
    expect([losses, heard.length, subscribers.size]).toEqual([1, 1, 2])
  })

  test('that cannot even lose a lease get no proof any more', () => {
    const subscribers = new Subscribers('aChannel')
    const { subscribed } = listen(subscribers, { lost: fail })
    const other = listen(subscribers)
    subscribers.lose()
    expect(() => subscribed.check()).toThrow('aChannel: this subscriber has failed')
    expect(() => other.subscribed.check()).not.toThrow()
    expect([subscribers.size, other.heard]).toEqual([1, ['lost']])
  })

  test('have a place each, also when one object is added twice', () => {
    const subscribers = new Subscribers('aChannel')
    const { subscriber, subscribed, heard } = listen(subscribers)
    subscribers.add(subscriber)
    subscribers.lose()
    expect([heard.length, subscribed.remove(), subscribed.remove(), subscribers.size]).toEqual([2, true, false, 1])
    expect(() => subscribed.check()).toThrow('aChannel: the channel was closed')
  })

  test('lose their lease when the channel closes', () => {
    const subscribers = new Subscribers('aChannel')
    const { heard, subscribed } = listen(subscribers)
    subscribers.close()
    expect([heard, subscribers.size]).toEqual([['lost'], 0])
    expect(() => subscribed.check()).toThrow('aChannel: the channel was closed')
  })

  test('may leave while they are told', () => {
    const subscribers = new Subscribers('aChannel')
    const one = listen(subscribers, { lost: () => void one.subscribed.remove() })
    const { heard } = listen(subscribers)
    subscribers.lose()
    expect([heard, subscribers.size]).toEqual([['lost'], 1])
  })
})
