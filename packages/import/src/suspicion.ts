import { plainName, wordsOf } from './column-name.ts'

// Names that look like the state of a key, its end, a limit or its rights, and of which it is not certain what they say. A
// name too many costs an operator a word; a name too few brings keys back to life.

/** Parts of a name, wherever they stand in it. */
const STATE_STEMS =
  /expir|revo[ck]|delet|disabl|enabl|activ|inactiv|banned|block|suspen|archiv|valid|status|(?<!e)state(?!ment|less)|terminat|cancel|retire|rotat|compromis|frozen|freez|pause|remov|destroy|purg|withdr|trash|quarantin|disus|abandon|obsolet|deprecat|supersed|replac|stolen|leaked|breach|fraud|reject|denied|forbid|approv|verif|confirm|unpaid|overdue|notafter|notbefore|until|lifetime|lifespan|maxage|sunset|pending|exhaust|deplet|usedup|consumed|locked|closed|publish|ttl$|^ttl|^(?:is|user|key)?ban(?:at|by|s|reason|date|type|level|count)|onetime|singleuse|^(?:is|was|hasbeen|isbeen)?used(?:at|on)?$|enddate|endsat|endson|endat$|startdate|startsat/
const STATE_WORDS = new Set(
  'exp ttl end ends ended ending stop stopped halt halted start starts started begin begins till thru ban bans unban dead alive live void voided killed off gone lost hold held lock flagged hidden draft trial eol nbf renew renewal due usable duration period grace timeout deadline age closed open killed missing'.split(
    ' ',
  ),
)
const RIGHT_STEMS =
  /remaining|(?<!de)limit|quota|credit|budget|balance|refill|throttl|maxuse|maxusage|maxrequest|maxcall|usesleft|permission|abilit|privileg|restrict|(?<!sh)allow|whitelist|blacklist|denylist|readonly|environment|sandbox|access(?:level|type|mode|policy|control)|cidr|referr?er/
const RIGHT_WORDS = new Set(
  'scope scopes role roles grant grants granted acl policy policies claims env mode stage livemode testmode test tests ip ips origin origins left usages'.split(
    ' ',
  ),
)
/** When something was done last is no state: `last_active_at`, `last_used_ip`. */
const INNOCENT =
  /^last(?:seen|used?|usage|active|activity|login|request|access|check|rotat|refresh|ip)|^(?:seen|used|created|updated)(?:by)?ip/
/** Where nothing stands in such a column, that too may mean that the key is refused. */
const POSITIVE =
  /(?<!in)activ|enabl|(?<!in)valid|approv|verif|confirm|publish|status|(?<!e)state(?!ment|less)|usable|alive|^(?:is)?live/

/** Whether a name looks like a state or an end, and not like one whose meaning is known. */
export function looksLikeState(name: string): boolean {
  const plain = plainName(name)
  if (INNOCENT.test(plain)) return false
  return STATE_STEMS.test(plain) || wordsOf(name).some((word) => STATE_WORDS.has(word))
}

/** Whether it looks like a limit, or like rights that it takes away. */
export function looksLikeLimit(name: string): boolean {
  const plain = plainName(name)
  if (INNOCENT.test(plain)) return false
  return RIGHT_STEMS.test(plain) || wordsOf(name).some((word) => RIGHT_WORDS.has(word))
}

/** Whether such a column says something also where it is empty. */
export function speaksWhenEmpty(name: string): boolean {
  return POSITIVE.test(plainName(name))
}
