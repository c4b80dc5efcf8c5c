import type { World } from './world.ts'

/** Variables that name the person, in shells and on Windows. */
const PERSON = ['USER', 'LOGNAME', 'USERNAME']

/** Variables in which CI systems name who started a run: GitHub, GitLab, Azure, Buildkite, CircleCI, Bitbucket, Jenkins. */
const STARTED_BY = [
  'GITHUB_ACTOR',
  'GITLAB_USER_LOGIN',
  'BUILD_REQUESTEDFOR',
  'BUILDKITE_BUILD_CREATOR',
  'CIRCLE_USERNAME',
  'BITBUCKET_STEP_TRIGGERER_UUID',
  'BUILD_USER_ID',
]

/** Longest actor that an audit trail takes. */
const MAX_LENGTH = 255

/**
 * Who does it, for the audit trail: what was typed, else the first name that is there and not empty, else the number of the
 * user. An option that is empty counts as none, like an empty setting: a script may have filled it from a variable
 * that is not set.
 */
export function actorOf({ env, user }: World, typed: string | undefined): string {
  if (typed !== undefined && typed.trim() !== '') return typed
  const { name, id } = user?.() ?? {}
  const names = [...[...PERSON, ...STARTED_BY].map((variable) => env[variable]), name]
  const known = names.map((each) => each?.trim() ?? '').find((each) => each !== '')
  if (known !== undefined) return Array.from(known).slice(0, MAX_LENGTH).join('')
  return id === undefined ? 'unknown user' : `uid:${id}`
}
