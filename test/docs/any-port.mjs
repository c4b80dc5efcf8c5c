// Preloaded into a program from the README: it listens where it says, except that port 3000 may be taken on this machine.
import { Server } from 'node:net'

const { listen } = Server.prototype

Server.prototype.listen = function listenAnywhere(...args) {
  this.once('listening', () => process.send({ port: this.address().port }))
  return listen.apply(
    this,
    args.map((argument) => (argument === 3000 ? 0 : argument)),
  )
}
