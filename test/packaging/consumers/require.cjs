const { createVerifier } = require('@bearward/core')
const adapters = {
  express: require('@bearward/express'),
  koa: require('@bearward/koa'),
  hono: require('@bearward/hono'),
}

void import('./verify.mjs').then(({ verifyOnce }) => verifyOnce(createVerifier, adapters))
