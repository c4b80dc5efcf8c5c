const bearward = require('@bearward/console')
const core = require('@bearward/core')
const keyring = require('@bearward/keyring')
const adapters = {
  express: require('@bearward/express'),
  koa: require('@bearward/koa'),
  hono: require('@bearward/hono'),
}

void import('./verify.mjs').then(async ({ askConsole, verifyOnce }) => {
  await askConsole(bearward, keyring, core)
  await verifyOnce(core.createVerifier, adapters)
})
