import { faultsOf, play } from './scenario.ts'
import { Scene } from './scene.ts'

const [channel = 'sqlite', only, isDeaf] = process.argv.slice(2)
const t0 = performance.now()
const scene = await Scene.open({ channel, pace: { leaseMs: 500, pollMs: 50 }, isDeaf: isDeaf === 'deaf' })
console.log('open', performance.now() - t0)
try {
  for (const fault of faultsOf(scene)) {
    if (only && only !== 'all' && fault.name !== only) continue
    const t = performance.now()
    try {
      const f = await play(scene, fault, { revocations: 12, keysPerRound: 6, seed: 1 })
      const s = f.revokeMs.toSorted((a, b) => a - b)
      console.log(
        fault.name.padEnd(12),
        'rev',
        f.revocations,
        'viol',
        f.violations.length,
        'wrong',
        f.wrongRefusals.length,
        'hits',
        f.hits,
        'reads',
        f.reads,
        'ref',
        f.refusals,
        'unav',
        JSON.stringify(f.unavailable),
        'ms',
        s[s.length >> 1]?.toFixed(0),
        s.at(-1)?.toFixed(0),
        'rec',
        JSON.stringify(f.recoveryMs),
        ((performance.now() - t) / 1000).toFixed(1),
      )
      if (f.violations.length) console.log(f.violations.slice(0, 5))
      if (f.wrongRefusals.length) console.log(f.wrongRefusals.slice(0, 5))
    } catch (e) {
      console.log(fault.name, 'FAILED', e)
      break
    }
  }
} finally {
  await scene.close()
}
