import { duration, moment } from './format.ts'
import { lives, rotate } from './strings.ts'

/** Both keys of a rotation, in time. `graceMs` counts from `now`; epoch milliseconds, `null` for never. */
export interface LivesProps {
  readonly now: number
  readonly graceMs: number
  readonly endOnFirstUse: boolean
  readonly oldExpiresAt: number | null
  readonly newExpiresAt: number | null
}

/** How long each of the two keys lives, as a picture that is not to scale and as words that are exact. */
export function Lives({ now, graceMs, endOnFirstUse, oldExpiresAt, newExpiresAt }: LivesProps) {
  const oldEnd = Math.min(now + graceMs, oldExpiresAt ?? Number.POSITIVE_INFINITY)
  const both = Math.max(0, oldEnd - now)
  const hasGrace = both > 0
  const oldText = !hasGrace
    ? lives.oldEndsNow
    : endOnFirstUse
      ? lives.oldEndsAtFirstUse(`${moment(oldEnd)} UTC`)
      : lives.oldEnds(`${moment(oldEnd)} UTC`)
  const newText = newExpiresAt === null ? lives.newForever : lives.newUntil(`${moment(newExpiresAt)} UTC`)
  const together = (endOnFirstUse ? lives.bothAtMost : lives.both)(duration(both))
  return (
    <div class={`lives ${hasGrace ? 'lives-grace' : ''} ${endOnFirstUse ? 'lives-open' : ''}`}>
      <svg
        class="lives-picture"
        viewBox="0 0 320 92"
        role="img"
        aria-label={`${rotate.title}: ${oldText}. ${newText}.`}
      >
        {hasGrace && <rect class="lives-both" x="90" y="22" width="120" height="62" />}
        <line class="lives-now" x1="90" x2="90" y1="18" y2="88" />
        <text class="lives-label" x="90" y="12" text-anchor={hasGrace ? 'middle' : 'middle'}>
          {lives.now}
        </text>
        {hasGrace && (
          <text class="lives-label" x="150" y="12" text-anchor="start">
            {together}
          </text>
        )}
        <rect class="lives-old" x="4" y="32" width={hasGrace ? 206 : 86} height="14" rx="3" />
        {hasGrace && endOnFirstUse && <rect class="lives-maybe" x="90" y="32" width="120" height="14" />}
        <text class="lives-label" x={hasGrace ? 218 : 98} y="43">
          {lives.refused}
        </text>
        <path class="lives-new" d="M90 60h214l10 7l-10 7h-214z" />
      </svg>
      <dl class="lives-words">
        <div>
          <dt class="lives-key-old">{lives.old}</dt>
          <dd>{oldText}</dd>
        </div>
        <div>
          <dt class="lives-key-new">{lives.new}</dt>
          <dd>{newText}</dd>
        </div>
      </dl>
    </div>
  )
}
