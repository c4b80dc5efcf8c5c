// Dates and durations as text, the same on the server and in every browser.
import { units } from './strings.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
export const DAY: number = 24 * HOUR

/** `28 Nov 2026` */
export function day(time: string | number): string {
  const date = new Date(time)
  return `${date.getUTCDate()} ${units.months[date.getUTCMonth()]} ${date.getUTCFullYear()}`
}

/** `28 Nov 2026, 10:42` */
export function moment(time: string | number): string {
  const date = new Date(time)
  return `${day(time)}, ${padded(date.getUTCHours())}:${padded(date.getUTCMinutes())}`
}

function padded(value: number): string {
  return String(value).padStart(2, '0')
}

/** The largest unit that says it well: `7 days`, `36 hours`, `90 minutes`. */
export function duration(ms: number): string {
  if (ms >= 2 * DAY || ms === DAY) return units.day(Math.round(ms / DAY))
  if (ms >= 2 * HOUR || ms === HOUR) return units.hour(Math.round(ms / HOUR))
  if (ms >= 2 * MINUTE || ms === MINUTE) return units.minute(Math.round(ms / MINUTE))
  return units.second(Math.ceil(ms / SECOND))
}

/** `5 minutes ago`, `in 12 days`, and the day itself where it is further away than that. */
export function distance(time: string, now: string | number): string {
  const ms = new Date(time).getTime() - new Date(now).getTime()
  const away = Math.abs(ms)
  if (away > 45 * DAY) return day(time)
  if (away < MINUTE) return ms > 0 ? units.anyMoment : units.justNow
  const text =
    away >= DAY
      ? units.day(Math.floor(away / DAY))
      : away >= HOUR
        ? units.hour(Math.floor(away / HOUR))
        : units.minute(Math.floor(away / MINUTE))
  return ms > 0 ? units.ahead(text) : units.ago(text)
}
