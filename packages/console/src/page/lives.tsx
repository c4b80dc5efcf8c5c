import { duration, moment } from './format.ts'
import { lives } from './strings.ts'

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
    <div class="lives">
      <div class={`lives-picture ${hasGrace ? 'lives-grace' : ''}`} role="img" aria-label={`${oldText}. ${newText}.`}>
        {hasGrace && <span class="lives-both" />}
        <span class="lives-now">{lives.now}</span>
        {hasGrace && <span class="lives-together">{together}</span>}
        <span class="lives-old" />
        {hasGrace && <span class={endOnFirstUse ? 'lives-old lives-maybe' : 'lives-old lives-still'} />}
        <span class="lives-refused">{lives.refused}</span>
        <span class="lives-new" />
      </div>
      <dl class="lives-words">
        <div>
          <dt>{lives.old}</dt>
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
