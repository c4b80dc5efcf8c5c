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
