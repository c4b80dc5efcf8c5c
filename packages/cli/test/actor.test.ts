import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { actorOf } from '../src/actor.ts'
import { processWorld, type SystemUser } from '../src/world.ts'

function actor(env: Record<string, string>, user: SystemUser = {}, typed?: string): string {
  return actorOf({ ...processWorld(), env, user: () => user }, typed)
}

test.each<[string, string, Record<string, string>, SystemUser, string | undefined]>([
  ['what was typed', 'bob', { USER: 'alice' }, { name: 'root', id: 0 }, 'bob'],
  ['USER', 'alice', { USER: 'alice', LOGNAME: 'b' }, { name: 'root', id: 0 }, undefined],
  ['USER, where nothing was typed into the option', 'alice', { USER: 'alice' }, {}, ''],
  ['USER, where blanks were typed', 'alice', { USER: 'alice' }, {}, ' '],
  ['LOGNAME, where USER is empty', 'b', { USER: '', LOGNAME: 'b' }, {}, undefined],
  ['LOGNAME, where USER is a blank', 'b', { USER: ' ', LOGNAME: 'b' }, {}, undefined],
  ['USERNAME of Windows', 'Zoë', { USERNAME: 'Zoë' }, {}, undefined],
  ['who started a run', 'octocat', { GITHUB_ACTOR: 'octocat' }, { name: 'root', id: 0 }, undefined],
  ['who started another', 'gl', { GITLAB_USER_LOGIN: 'gl' }, {}, undefined],
  ['the user as the system knows it', 'cron', {}, { name: 'cron', id: 1 }, undefined],
  ['the number of a user without a name', 'uid:1234', {}, { id: 1234 }, undefined],
  ['the number of root', 'uid:0', { USER: '' }, { name: '', id: 0 }, undefined],
  ['what is left', 'unknown user', {}, {}, undefined],
  ['as much as a trail takes', 'x'.repeat(255), { USER: 'x'.repeat(300) }, {}, undefined],
])('the actor is %s', (_, expected, env, user, typed) => expect(actor(env, user, typed)).toBe(expected))

test.skipIf(process.getuid?.() !== 0)('a user whom the system has no name for is its number', () => {
  const source = (name: string): string => JSON.stringify(join(import.meta.dirname, '../src', name))
  // Loaded before the user is changed, who may not be able to read the files.
  const text = `const { actorOf } = await import(${source('actor.ts')})
    const { processWorld } = await import(${source('world.ts')})
    process.setuid(54321)
    console.log(actorOf({ ...processWorld(), env: {} }, undefined))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', text], { encoding: 'utf8' })
  expect({ stdout, stderr }).toEqual({ stdout: 'uid:54321\n', stderr: '' })
})
