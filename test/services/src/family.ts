import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

/** Sends a signal to a process and then to its children, such as PostgreSQL's backends. */
export function signalFamily(pid: number, signal: NodeJS.Signals): void {
  for (const each of [pid, ...childrenOf(pid)]) signalOne(each, signal)
}

/** Kills a process and its children with SIGKILL; resolves when the children are dead. */
export async function killFamily(pid: number): Promise<void> {
  // A process that stands still starts no further child.
  signalOne(pid, 'SIGSTOP')
  const children = childrenOf(pid)
  for (const child of children) signalOne(child, 'SIGKILL')
  while (children.some(isAlive)) await wait(5)
  signalOne(pid, 'SIGKILL')
}

/** Sends a signal to a process, if it is still there. */
function signalOne(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended meanwhile.
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** Whether a process is there and not merely waited for. */
export function isAlive(pid: number): boolean {
  try {
    // The name in parentheses may hold anything; what follows it is the state. Z: dead, and not yet waited for.
    return !/^.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
