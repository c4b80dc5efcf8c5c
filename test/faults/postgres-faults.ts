import { setTimeout as wait } from 'node:timers/promises'
import { Client } from 'pg'
import type { Fault, Moment } from './faults.ts'

/** The server ends the connections that listen. */
export const terminate: Fault = {
  name: 'terminate',
  isSurvivable: true,
  keepsStore: true,
  break: (moment) =>
    asAdmin(moment, async (client) => {
      for (let times = 0; times < 3; times++) {
        await client.query(`select pg_terminate_backend(pid) from pg_stat_activity
          where pid <> pg_backend_pid() and query ~ '^(listen|select pg_notify)'`)
        await wait(moment.lastsMs / 3)
      }
    }),
}

/** Many messages that concern nobody, while two processes hear slowly. */
export const flood: Fault = {
  name: 'flood',
  needs: 'proxy',
  isSurvivable: true,
  keepsStore: true,
  async break(moment) {
    const { scene, lastsMs, random } = moment
    for (const proxy of scene.ground.proxies) proxy.delay(random() * 200)
    const isBlocked = scene.verifiers[2]?.ask('block', 100, Math.ceil(lastsMs / 200))
    await asAdmin(moment, async (client) => {
      for (let burst = 0; burst < 5; burst++) {
        await client.query(`select pg_notify('bearward_changes', json_build_object('invalidations',
          json_build_array(json_build_object('id', 'x' || n)))::text) from generate_series(1, 2000) n`)
        await wait(lastsMs / 5)
      }
    })
    await isBlocked
  },
  mend({ scene }) {
    for (const proxy of scene.ground.proxies) proxy.resume()
  },
}

async function asAdmin({ scene }: Moment, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: scene.ground.place.store })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
