// Takes its share of the runs, a chunk at a time, on a core of its own.
import { parentPort, workerData } from 'node:worker_threads'
import { runBatch } from './batch.ts'

/** Runs between two reports. */
const CHUNK = 50

const { seed, runs } = workerData as { readonly seed: number; readonly runs: number }
for (let done = 0; done < runs; done += CHUNK) {
  parentPort?.postMessage(await runBatch({ seed: seed + done, runs: Math.min(CHUNK, runs - done) }))
}
