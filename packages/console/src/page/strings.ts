// Every word that a person reads on the pages, in one place.
import type { KeyStateJson } from './view.ts'

function plural(count: number, one: string, many: string): string {
  return `${grouped(count)} ${count === 1 ? one : many}`
}

/** 1234567 as 1,234,567. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

/**
 * Text of others inside of a sentence: what it says of the direction of writing (UAX #9) ends where it ends. Elements of
 * their own are `<bdi>` instead.
 */
export function embedded(text: string): string {
  const plain = text.replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
  return /^[\x20-\x7e]*$/.test(plain) ? plain : `\u2068${plain}\u2069`
}

export const units = {
  second: (count: number) => plural(count, 'second', 'seconds'),
  minute: (count: number) => plural(count, 'minute', 'minutes'),
  hour: (count: number) => plural(count, 'hour', 'hours'),
  day: (count: number) => plural(count, 'day', 'days'),
  ago: (time: string) => `${time} ago`,
  ahead: (time: string) => `in ${time}`,
  justNow: 'just now',
  anyMoment: 'in a moment',
  months: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
}

export const states: Readonly<Record<KeyStateJson, string>> = {
  scheduled: 'Scheduled',
  active: 'Active',
  retiring: 'Retiring',
  disabled: 'Disabled',
  expired: 'Expired',
  retired: 'Retired',
  revoked: 'Revoked',
}

export const common = {
  product: 'API keys',
  skip: 'Skip to the content',
  navigation: 'Main',
  keys: 'Keys',
  newKey: 'New key',
  allOwners: 'All owners',
  signedInAs: 'Signed in as',
  footer: 'Times and days are UTC.',
  unnamed: 'Unnamed key',
  cancel: 'Cancel',
  back: 'Back',
  none: 'None',
  state: 'State',
  working: 'Working…',
  optional: 'optional',
  noScript: 'Without JavaScript, keys can be read here but not changed.',
  title: (page: string, product: string) => `${embedded(page)} · ${product}`,
}

export const list = {
  title: 'Keys',
  filter: 'Find keys',
  search: 'Search',
  searchHint: 'Name or hint',
  state: 'State',
  anyState: 'Any state',
  environment: 'Environment',
  anyEnvironment: 'Any environment',
  owner: 'Owner',
  apply: 'Find',
  clear: 'Clear',
  table: 'Keys, newest first',
  name: 'Name',
  scopes: 'Scopes',
  lastUsed: 'Last used',
  created: 'Created',
  ends: 'Ends',
  ended: 'Ended',
  neverUsed: 'Never used',
  notRecordedYet: 'Not recorded yet',
  neverEnds: 'Never',
  noScopes: 'No scopes',
  more: (count: number) => `+${count} more`,
  first: 'Newest keys',
  next: 'Older keys',
  pages: 'Pages',
  emptyTitle: 'No keys yet',
  emptyText: 'A key lets a program use your API. Its token is shown once, when it is issued.',
  emptyOperator: 'No key has been issued in this store.',
  emptyAction: 'Issue the first key',
  noMatchTitle: 'No key matches',
  noMatchText: 'Try fewer words, another state, or all keys.',
  noMatchAction: 'Show all keys',
  lastPageTitle: 'No older keys',
}

export const issue = {
  title: 'New key',
  lead: 'The token is shown once, on the next screen. Have the place ready where you will keep it.',
  name: 'Name',
  nameHint: 'What will use this key. You can change it later.',
  owner: 'Owner',
  ownerHint: 'The account that the key belongs to, as your application names it.',
  noOwner: 'None: the key belongs to the service itself',
  ownerMissing: 'Name the account, or choose that there is none.',
  environment: 'Environment',
  environmentHint: 'Becomes part of the token and never changes.',
  scopes: 'Scopes',
  scopesHint: 'What the key may do. A key without scopes may do nothing.',
  scopesFree: 'One scope on each line, such as posts:read.',
  expiry: 'Expires',
  expiryHint: 'From then on the key is refused.',
  metadata: 'Metadata',
  metadataMore: 'Add metadata',
  metadataChange: 'Change metadata',
  metadataHint: 'A JSON object, such as {"team": "web"}. Not for secrets: it stands in the audit trail.',
  submit: 'Issue key',
  sending: 'Issuing…',
  retrying: (attempt: number) =>
    `The connection was lost. Trying again (${attempt}) with the same request, so that no second key can be made.`,
  unknownTitle: 'No answer came back',
  unknown:
    'Whether the key was issued is not known. Trying again is safe: it is the same request, and it never makes a second key.',
  tryAgain: 'Try again',
  change: 'Change the input',
  changed: 'If the lost request did arrive, a key with the old input is in the list.',
}

export const expiry = {
  keep: (when: string) => `As it is: ${when}`,
  keepNever: 'As it is: never',
  inherit: 'As long a life as the old key had',
  days: (count: number) => (count === 365 ? '1 year' : plural(count, 'day', 'days')),
  never: 'Never',
  custom: 'Until the end of a day',
  date: 'Last day',
  until: (when: string) => `until ${when}`,
  dateMissing: 'Choose the last day on which the key works.',
  datePast: 'This day is over. Choose today or a later day.',
}

export const secret = {
  issued: (name: string) => `The token of ${embedded(name) || 'this key'}`,
  lead: 'Copy it now. It is shown this once and kept nowhere: when you leave this page, it cannot be shown again.',
  copy: 'Copy',
  copied: 'Copied to the clipboard.',
  notCopied: 'The browser did not allow copying. The token is selected: press Ctrl+C or ⌘C.',
  send: 'Programs send it in each request. Try it in a shell:',
  placeholder: (url: string) => `Put an address of the API in the place of ${url}.`,
  history: 'The line holds the token, and a shell may keep it in its history.',
  done: 'I have stored it',
  gone: 'The token was shown, and is not shown again.',
  toKey: 'Go to the key',
}

export const lost = {
  title: 'The key was issued, but its token is lost',
  text: 'The answer that held the token never arrived here, and the token is kept nowhere: it is lost. Replace the key to get a new token: the lost one is refused from that moment.',
  replace: 'Replace the key',
  show: 'Go to the key',
  reason: 'Its token was never received',
}

export const key = {
  edit: 'Edit',
  rotate: 'Rotate',
  disable: 'Disable',
  enable: 'Enable',
  revoke: 'Revoke',
  enableFirst: 'Enable the key first',
  facts: 'Details',
  id: 'Id',
  hint: 'Hint',
  owner: 'Owner',
  environment: 'Environment',
  created: 'Created',
  notBefore: 'Valid from',
  ends: 'Ends',
  ended: 'Ended',
  never: 'Never',
  lastUsed: 'Last used',
  lastUsedFrom: (address: string) => `from ${embedded(address)}`,
  neverUsed: 'Never',
  notRecordedYet: 'Not recorded yet',
  scopes: 'Scopes',
  noScopes: 'None: this key may do nothing.',
  metadata: 'Metadata',
  replaces: 'Replaces',
  replacedBy: 'Replaced by',
  active: 'Accepted until you end it.',
  activeUntil: (when: string) => `Accepted until ${when}.`,
  retiring: (when: string) => `Rotated. This key works beside its successor until ${when}.`,
  revoked: (when: string) => `Revoked on ${when}. It is refused for good.`,
  disabled: (when: string) => `Disabled since ${when}. It is refused until it is enabled.`,
  expired: (when: string) => `Expired on ${when}. It is refused for good.`,
  retired: 'Retired. Its successor has taken over, and this key is refused for good.',
  scheduled: (when: string) => `Not valid before ${when}.`,
  successor: 'See the successor',
}

export const use = {
  title: 'Use',
  none: (days: number) => `No use is recorded for the last ${days} days.`,
  summary: (total: number, days: number) => `${plural(total, 'use', 'uses')} in the last ${days} days`,
  most: (count: number, day: string) => `most on ${day}: ${grouped(count)}`,
  bar: (day: string, count: number) => `${day}: ${plural(count, 'use', 'uses')}`,
  asTable: 'Show as a table',
  day: 'Day',
  uses: 'Uses',
  addresses: 'Used from',
  address: 'Address',
  last: 'Last',
  noAddresses: 'No address is known.',
  unknownTime: 'earlier',
}

export const timeline = {
  title: 'Timeline',
  older: 'Older entries',
  newest: 'Newest entries',
  by: (actor: string) => `by ${embedded(actor)}`,
  from: (address: string) => `from ${embedded(address)}`,
  change: (field: string) => fields[field] ?? field,
  was: 'was',
  nothing: 'nothing',
  actions: {
    issued: 'Issued',
    imported: 'Imported',
    redigested: 'Stored in its own form after its first use',
    updated: 'Changed',
    disabled: 'Disabled',
    enabled: 'Enabled',
    rotated: 'Rotated',
    retired: 'Retired: its successor took over',
    expired: 'Expired',
    announced: 'Its coming end was announced',
    revoked: 'Revoked',
  } as Readonly<Record<string, string>>,
}

const fields: Readonly<Record<string, string>> = {
  name: 'Name',
  scopes: 'Scopes',
  metadata: 'Metadata',
  expiresAt: 'Expires',
  owner: 'Owner',
  environment: 'Environment',
  hint: 'Hint',
  notBefore: 'Valid from',
}

export const rotate = {
  title: 'Rotate this key',
  lead: 'A new key with the same name and scopes takes over. Its token is shown once.',
  grace: 'The old key still works for',
  graces: [
    { label: 'No time: refused at once', ms: 0 },
    { label: '1 hour', ms: 3_600_000 },
    { label: '1 day', ms: 86_400_000 },
    { label: '7 days', ms: 604_800_000 },
    { label: '30 days', ms: 2_592_000_000 },
  ],
  endOnFirstUse: 'End the old key earlier, at the first use of the new one',
  expiry: 'The new key expires',
  reason: 'Reason',
  reasonHint: 'Stands in the timeline.',
  submit: 'Rotate',
  done: 'Rotated.',
}

export const lives = {
  old: 'Old key',
  new: 'New key',
  now: 'now',
  both: (time: string) => `both work: ${time}`,
  bothAtMost: (time: string) => `both work: at most ${time}`,
  refused: 'refused',
  oldEnds: (when: string) => `Ends ${when}`,
  oldEndsAtFirstUse: (when: string) => `Ends at the new key’s first use, at the latest ${when}`,
  oldEndsNow: 'Refused everywhere from now on',
  newUntil: (when: string) => `Works until ${when}`,
  newForever: 'Works until you end it',
}

export const revoke = {
  title: (name: string) => `Revoke ${embedded(name) || 'this key'}?`,
  text: 'Every request with this key is refused from then on, everywhere. This cannot be undone: a revoked key never works again.',
  reason: 'Reason',
  reasonHint: 'Stands in the timeline.',
  submit: 'Revoke for good',
}

export const chain = {
  title: 'What ends',
  choices: {
    predecessors: 'This key and the older keys of its rotation',
    all: 'All keys of its rotation',
    none: 'This key alone',
  },
  reading: 'Looking for other keys of its rotation…',
  unknown:
    'Other keys of its rotation could not be read now. The older ones end with this key, and the answer names them.',
  ends: 'Ends with it',
  ended: 'Ended with it',
  stays: 'Is not ended',
  stillAccepted: 'Still accepted',
  until: (when: string) => `until ${when}`,
  noEnd: 'until you end it',
}

export const confirmation = {
  revoked: 'Revoked.',
  disabled: 'Disabled.',
  enabled: 'Enabled.',
  updated: 'Saved.',
  rotated: 'Rotated.',
  refused: (time: string) => `Refused everywhere after ${time}.`,
  applied: (time: string) => `In force everywhere after ${time}.`,
  milliseconds: (ms: number) => (ms < 1 ? 'less than 1 ms' : `${grouped(Math.round(ms))} ms`),
  acknowledged: (count: number) => `${plural(count, 'verifier has', 'verifiers have')} confirmed it.`,
  silent: (count: number) =>
    `${plural(count, 'did not answer', 'did not answer')}, and may no longer accept it either.`,
  unconfirmed: (bound: string) => `Not yet confirmed everywhere: for up to ${bound} some process may still accept it.`,
  unconfirmedUnknown:
    'It is written down, but not every process has confirmed it. One that was cut off may still accept the key for a moment.',
  again: 'Ask again',
}

export const edit = {
  title: 'Edit this key',
  submit: 'Save',
  grace: (when: string) => `The key was rotated: it is refused from ${when} on, whatever stands here.`,
  stale: 'Somebody else changed this key meanwhile. What you typed is still here.',
  nowIs: (field: string, value: string) => `${field} is now: ${embedded(value)}`,
  overwrite: 'Save mine over it',
  takeTheirs: 'Take theirs',
  unchanged: 'Nothing was changed.',
}

export const problems = {
  signedOut:
    'Your session has ended. Sign in again in another tab, then send this once more: nothing you typed is lost.',
  signIn: 'Sign in in another tab',
  unreachable: 'The server did not answer. Nothing you typed is lost: try again.',
  tooMany: (time: string) => `Too many keys were asked for. Try again ${time}.`,
  check: 'Check the marked fields.',
  metadata: 'This is not a JSON object. It should look like {"team": "web"}.',
  back: 'Back to the keys',
  titles: {
    401: 'You are not signed in',
    403: 'This is not allowed',
    404: 'There is no such page or key',
    429: 'Too many requests',
    503: 'The keys cannot be reached right now',
  } as Readonly<Record<number, string>>,
  texts: {
    401: 'Sign in to your application, then come back.',
    404: 'It may have been mistyped, or it belongs to another account.',
    503: 'Nothing is lost. Try again in a moment.',
  } as Readonly<Record<number, string>>,
  anyTitle: 'This did not work',
}
