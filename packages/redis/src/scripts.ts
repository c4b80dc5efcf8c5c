// What happens on the server, each script at one moment. All is kept under one key, so that it can only be lost whole:
// a sorted set of the members by the server's time of their last proof, and with score -1 a line about the registry. Any client
// of the server may write to that key: what is not as these scripts write it counts as no registry.

import { MAX_ENTRIES } from './registry.ts'

/**
 * Finds the registry, or begins one. A registry belongs to one run of one server: after a restart or a failover it may
 * lack members that had registered, whatever the data files brought back.
 */
const OPEN = `
local key, lease, candidate = KEYS[1], ARGV[1], ARGV[2]
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
if not run then return redis.error_reply('ERR INFO names no run_id') end
local answer = {}
local function add(values)
  for i = 1, #values, 2 do
    if #values[i] <= 64 then
      table.insert(answer, values[i])
      table.insert(answer, values[i + 1])
    end
  end
  return answer
end
local function write(line) redis.call('ZREMRANGEBYSCORE', key, -1, -1) redis.call('ZADD', key, -1, line) end
local lines = redis.pcall('ZRANGEBYSCORE', key, -1, -1)
if lines.err then
  if not string.find(lines.err, 'WRONGTYPE', 1, true) then return redis.error_reply(lines.err) end
  lines = {}
end
local of, registry, kept, mature = string.match(lines[1] or '', '^(%S+) (%S+) (%d+) ([01])$')
local length = tonumber(kept) or 0
if of ~= run or #registry > 64 or length < 100 or length > 60000 then
  redis.call('DEL', key)
  of, registry, kept, mature = run, candidate, lease, '0'
  write(table.concat({run, registry, kept, mature}, ' '))
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('PEXPIRE', key, 86400000)
`

/**
 * Registers a member that is about to prove that it hears. Takes out those that are known to be dead, and names those
 * that have not been heard of for two leases by the server's clock. That clock may be set, so it proves nothing.
 *
 * ARGV: lease, candidate, member, run of the subscriber's server, registry that is old enough or '', id and score of each
 * dead member. Answers: run, registry, lease, mature, id and score of each suspect.
 */
export const PROVE: string = `${OPEN}
if ARGV[4] ~= run then return {run, registry, kept, mature} end
for i = 6, #ARGV, 2 do
  if redis.call('ZSCORE', key, ARGV[i]) == ARGV[i + 1] then redis.call('ZREM', key, ARGV[i]) end
end
if kept ~= lease then
  if redis.call('ZCARD', key) > 1 then return {run, registry, kept, mature} end
  registry, kept, mature = candidate, lease, '0'
  write(table.concat({run, registry, kept, mature}, ' '))
end
if mature == '0' and registry == ARGV[5] then
  mature = '1'
  write(table.concat({run, registry, kept, mature}, ' '))
end
redis.call('ZADD', key, now, ARGV[3])
answer = {run, registry, kept, mature}
return add(redis.call('ZRANGEBYSCORE', key, 0, now - 2 * lease, 'WITHSCORES', 'LIMIT', 0, 100))
`

/**
 * Sends a message and counts who may hold a lease, at one moment: whoever registers later proves that it has heard it.
 *
 * ARGV: lease, candidate, PUBLISH or SPUBLISH, channel, message. Answers: run, registry, lease, mature, id and score of
 * each member.
 */
export const PUBLISH: string = `${OPEN}
redis.call(ARGV[3], ARGV[4], ARGV[5])
answer = {run, registry, kept, mature}
return add(redis.call('ZRANGEBYSCORE', key, 0, '+inf', 'WITHSCORES', 'LIMIT', 0, ${MAX_ENTRIES + 1}))
`

/** Sends a message to one process. ARGV: PUBLISH or SPUBLISH, channel, message. The key says which node it goes through. */
export const TELL: string = `return redis.call(ARGV[1], ARGV[2], ARGV[3])`

/** Takes members out. ARGV: id and score of each; a score of '' means whatever it is. */
export const REMOVE: string = `
for i = 1, #ARGV, 2 do
  if ARGV[i + 1] == '' or redis.call('ZSCORE', KEYS[1], ARGV[i]) == ARGV[i + 1] then redis.call('ZREM', KEYS[1], ARGV[i]) end
end
return 1
`
