// A program that starts a server of each kind, tells where they are, and then does what its argument says:
// `wait` waits to be killed, `end` forgets them and comes to its end.
import { startMariadb, startPostgres, startRedis } from './src/index.ts'

const servers = await Promise.all([
  startPostgres({ own: true }),
  startMariadb({ own: true }),
  startRedis({ own: true }),
  startRedis({ own: true }),
])
servers.at(-1)?.pause()
console.log(JSON.stringify(servers.map(({ pid, dataDir }) => ({ pid, dataDir }))))
if (process.argv[2] === 'wait') process.stdin.resume()
