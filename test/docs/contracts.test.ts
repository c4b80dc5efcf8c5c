import { type ChannelFault, channelContract } from '@bearward/core/testing'
import { storeContract } from '@bearward/keyring/testing'
import { expect, test } from 'vitest'
import { readPages } from './markdown.ts'

const EVERY_FAULT: readonly ChannelFault[] = ['silence', 'cut', 'hold', 'delay', 'forget', 'refuse', 'clock']

/** Names in the first column of the table with this head. */
function namesIn(path: string, head: string): string[] {
  const text = readPages().find((page) => page.path === path)?.text ?? ''
  const [, table = ''] = text.split(`${head}\n| --- | --- |\n`)
  const [rows = ''] = table.split(/\n(?!\|)/)
  return rows.split('\n').map((row) => row.split(' | ')[0]?.slice(2) ?? '')
}

/** Only the names are asked for; no case runs. */
function open(): never {
  throw new Error()
}

test('docs/channels.md names every case of the contract of a channel, and no other', () => {
  const names = channelContract({ open, offers: EVERY_FAULT }).map(({ name }) => name)
  expect(namesIn('docs/channels.md', '| case | finds a channel that |')).toEqual(names)
})

test('docs/stores.md names every case of the contract of a store, and no other', () => {
  const names = storeContract({ open, offers: ['another', 'interruptNextCommit'] }).map(({ name }) => name)
  expect(namesIn('docs/stores.md', '| case | finds a store that |').toSorted()).toEqual(names.toSorted())
})
