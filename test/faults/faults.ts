import { setTimeout as wait } from 'node:timers/promises'
import type { Member } from './member.ts'
import type { Scene } from './scene.ts'

/** What a fault is given for one round. */
export interface Moment {
  readonly scene: Scene
  /** A number from 0 up to 1. */
  random(): number
  /** Milliseconds for which it is to last. */
  readonly lastsMs: number
  /** The keys that are revoked in this round, and whose they are. */
  readonly owner: string
  readonly keyIds: readonly string[]
}

/** One way in which things break. It breaks while keys are being revoked. */
export interface Fault {
  readonly name: string
  /** Whether it needs a proxy or a server of its own. Default: neither. */
  readonly needs?: 'proxy' | 'server'
  /** Whether revocations come to their end while it lasts. Otherwise it is mended without waiting for them. */
  readonly isSurvivable: boolean
  /** Whether the store answers all the while: then no request may stay without an answer. */
  readonly keepsStore: boolean
  /** Whether this fault does the revoking itself. Default false. */
  readonly revokes?: boolean
  break(moment: Moment): unknown
  mend?(moment: Moment): unknown
}

function someVerifier({ scene, random }: Moment): Member {
  return scene.verifiers[Math.floor(random() * scene.verifiers.length)] as Member
}

const stopped = new WeakMap<Moment, Member>()

export const FAULTS: readonly Fault[] = [
  { name: 'none', isSurvivable: true, keepsStore: true, break() {} },
  {
    // A verifying process is killed, and another one started.
    name: 'kill',
    isSurvivable: true,
    keepsStore: true,
    async break(moment) {
      const victim = someVerifier(moment)
      stopped.set(moment, victim)
      await victim.kill()
    },
    mend: (moment) => stopped.get(moment)?.start(),
  },
  {
    // A verifying process stands still, wakes up, and remembers.
    name: 'stop',
    isSurvivable: true,
    keepsStore: true,
    break(moment) {
      const victim = someVerifier(moment)
      stopped.set(moment, victim)
      victim.signal('SIGSTOP')
    },
    mend: (moment) => stopped.get(moment)?.signal('SIGCONT'),
  },
  {
    // A verifying process does not come to its messages.
    name: 'slow',
    isSurvivable: true,
    keepsStore: true,
    async break(moment) {
      const ms = 50 + moment.random() * moment.scene.pace.leaseMs
      await someVerifier(moment).ask('block', ms, Math.ceil(moment.lastsMs / ms / 2))
    },
  },
  {
    // The revoking process dies between commit and publication.
    name: 'revoker',
    isSurvivable: true,
    keepsStore: true,
    revokes: true,
    async break({ scene, owner, keyIds }) {
      const { orphanBoundMs = scene.pace.leaseMs } = scene.tested
      await scene.revoker.ask('dieRevoking', owner, keyIds, orphanBoundMs).catch(() => {})
      await wait(orphanBoundMs)
    },
    mend: ({ scene }) => scene.revoker.start(),
  },
  {
    // A process is killed in the middle of its writes, again and again.
    name: 'writer',
    isSurvivable: true,
    keepsStore: true,
    async break({ scene, random, lastsMs }) {
      const writer = await scene.extra('writer')
      for (let times = 0; times < 3; times++) {
        writer.ask('write').catch(() => {})
        await wait((random() * lastsMs) / 3)
        await writer.kill()
        await writer.start()
      }
    },
  },
  {
    name: 'server-kill',
    needs: 'server',
    isSurvivable: false,
    keepsStore: false,
    break: ({ scene }) => scene.ground.server?.kill(),
    mend: ({ scene }) => scene.ground.server?.restart(),
  },
  {
    name: 'server-stop',
    needs: 'server',
    isSurvivable: false,
    keepsStore: false,
    break: ({ scene }) => scene.ground.server?.pause(),
    mend: ({ scene }) => scene.ground.server?.resume(),
  },
  {
    // Connections are cut, and for a while no new ones come about.
    name: 'drop',
    needs: 'proxy',
    isSurvivable: true,
    keepsStore: true,
    async break({ scene, random }) {
      for (const proxy of scene.ground.proxies) {
        await proxy.refuse(random() < 0.5)
        proxy.drop()
      }
    },
    async mend({ scene }) {
      for (const proxy of scene.ground.proxies) await proxy.refuse(false)
    },
  },
  {
    name: 'delay',
    needs: 'proxy',
    isSurvivable: true,
    keepsStore: true,
    break({ scene, random }) {
      for (const proxy of scene.ground.proxies) proxy.delay(200 + random() * scene.pace.leaseMs)
    },
    mend({ scene }) {
      for (const proxy of scene.ground.proxies) proxy.resume()
    },
  },
  {
    // Nothing comes through and nothing is closed; in the end the bytes arrive late, or the connections break.
    name: 'half-open',
    needs: 'proxy',
    isSurvivable: true,
    keepsStore: true,
    break({ scene }) {
      for (const proxy of scene.ground.proxies) proxy.pause()
    },
    mend({ scene, random }) {
      for (const proxy of scene.ground.proxies) {
        if (random() < 0.5) proxy.drop()
        proxy.resume()
      }
    },
  },
  {
    // The channel's connections never carry anything again, and nobody tells; new ones work.
    name: 'strand',
    needs: 'proxy',
    isSurvivable: true,
    keepsStore: true,
    break: ({ scene }) => scene.ground.proxies[0]?.strand(),
  },
]

/** Somebody holds the write lock of the file. */
export const busy: Fault = {
  name: 'busy',
  isSurvivable: true,
  keepsStore: true,
  async break({ scene, lastsMs }) {
    const holder = await scene.extra('holder')
    await holder.ask('hold', scene.ground.place.store, lastsMs)
  },
}
