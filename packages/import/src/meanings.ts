import { plainName } from './column-name.ts'

/** What a column is known to say about a key. */
export interface Meaning {
  /**
   * - `end`, `begin`: a moment from which, or until which, the key is refused;
   * - `revoked`: it ended for good; `disabled`: it is refused for now; each a flag or the moment since when;
   * - `enabled`: a flag, true for keys that are accepted; `status`: one word for all of these;
   * - `remaining`: the uses that are left;
   * - `missing`: a flag, true where what the key belongs to is not there any more.
   */
  readonly kind: 'end' | 'begin' | 'revoked' | 'disabled' | 'enabled' | 'status' | 'remaining' | 'missing'
  /** Whether it speaks of what the key belongs to: an owner, an API, a workspace. */
  readonly isOfParent: boolean
}

/** Words of a name that change nothing: `api_key_`, `is_`, and `_at`, `_date`, `_ms` behind it. */
const KEY = '(?:(?:api|access|auth|bearer|secret|service|personal)*(?:keys?|tokens?|credentials?|secrets?))'
const HELPING = '(?:date|time)?(?:is|are|was|has|hasbeen)?(?:been)?'
const MOMENT =
  '(?:at|on|date|datetime|time|timestamp|tstamp|ts|utc|gmt|epoch|unix|iso|ms|m|us|ns|s|secs?|seconds|millis|milliseconds|micros|microseconds|nanos|nanoseconds)'
const PARENT =
  '(?:(?:owner|user|account|customer|client|consumer|org|organi[sz]ation|team|group|tenant|for|workspace|project|api|app|application|company|member|identity|keyspace|keyauth|tokenable|parent)s?\\d*)'

const UNTIL = '(?:until|till|to|thru|through)'
const STARTS = '(?:starts?|begins?|activates?|activation)'
const CORES: readonly (readonly [Meaning['kind'], string])[] = [
  [
    'end',
    `(?:expires?|expiry|expiration|exp|not(?:valid)?after|(?:valid|active|effective|usable)${UNTIL})${MOMENT}{0,3}`,
  ],
  ['end', `(?:ends?|ended|expired)${MOMENT}{1,3}`],
  ['begin', `(?:not(?:valid)?before|nbf|(?:valid|active|effective|usable)(?:from|after))${MOMENT}{0,3}`],
  ['begin', `${STARTS}${MOMENT}{1,3}`],
  [
    'revoked',
    `(?:revoked|revocation|deleted|removed|destroyed|cancell?ed|terminated|invalidated|compromised|withdrawn|purged|trashed|retired|leaked|stolen)(?:flag|${MOMENT}{0,3})`,
  ],
  [
    'disabled',
    `(?:disabled|blocked|banned|suspended|archived|inactive|deactivated|locked|paused|frozen|expired|exhausted|usedup|quarantined|invalid|closed)(?:flag|${MOMENT}{0,3})`,
  ],
  ['enabled', '(?:enabled?|active|activated|valid|usable)(?:flag)?'],
  ['status', '(?:status|state)'],
  [
    'remaining',
    '(?:remaining(?:uses?|usages?|requests?|calls?|credits?)?|(?:uses?|usages?|requests?|calls?|credits?)(?:remaining|left))',
  ],
]

const OF_KEY = CORES.map(([kind, core]) => [kind, new RegExp(`^(?:${PARENT}?${KEY})?${HELPING}${core}$`)] as const)
/** Not its end or its uses: how these bear on the key is for the other system to say. */
const PARENTAL: readonly Meaning['kind'][] = ['revoked', 'disabled', 'enabled', 'status', 'missing']
const OF_PARENT = [...CORES, ['missing', '(?:missing|gone|notfound)'] as const]
  .filter(([kind]) => PARENTAL.includes(kind))
  .map(([kind, core]) => [kind, new RegExp(`^${PARENT}+${HELPING}${core}$`)] as const)

/** Names that are remembered, and characters of one: a file has a few, and none that says what it means is longer. */
const MAX_KNOWN = 2000
const MAX_NAME = 100
const known = new Map<string, Meaning | undefined>()

/** What a column with this name is certain to say, however it is spelt; `undefined` for every other name. */
export function meaningOf(name: string): Meaning | undefined {
  if (name.length > MAX_NAME) return undefined
  if (known.has(name)) return known.get(name)
  const plain = plainName(name)
  const ofKey = OF_KEY.find(([, pattern]) => pattern.test(plain))?.[0]
  const kind = ofKey ?? OF_PARENT.find(([, pattern]) => pattern.test(plain))?.[0]
  const meaning = kind === undefined ? undefined : Object.freeze({ kind, isOfParent: ofKey === undefined })
  if (known.size >= MAX_KNOWN) known.clear()
  known.set(name, meaning)
  return meaning
}
