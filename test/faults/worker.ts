// One process of many: it verifies without a pause, and changes keys when it is told to.
import type { Answer, Order, Setting } from './orders.ts'
import { Part } from './part.ts'

const part = await Part.open(JSON.parse(process.env.FAULTS_SETTING ?? '') as Setting)

process.on('message', (order: Order) => void obey(order))
// Nobody is left to say when to end.
process.on('disconnect', () => process.exit())
process.send?.('ready')

async function obey({ id, name, args }: Order): Promise<void> {
  let answer: Answer
  try {
    const method = part[name] as (...args: readonly unknown[]) => Promise<unknown>
    answer = { id, result: await method.apply(part, [...args]) }
  } catch (error) {
    answer = { id, error: String((error as Error).stack) }
  }
  if (process.connected) process.send?.(answer)
}
