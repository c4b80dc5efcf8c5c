import { day } from './format.ts'
import { Moment } from './pieces.tsx'
import { common, grouped, use } from './strings.ts'
import type { UsageJson } from './view.ts'

const BAR = 10
const GAP = 2
const HEIGHT = 100

/** Use day by day, as bars and as a table, and from where. */
export function Use({ usage }: { usage: UsageJson }) {
  const { days, addresses } = usage
  const total = days.reduce((sum, { uses }) => sum + uses, 0)
  return (
    <section class="panel" aria-labelledby="use-title">
      <h2 id="use-title">{use.title}</h2>
      {total === 0 ? <p class="faint">{use.none(days.length)}</p> : <Plot days={days} total={total} />}
      <h3>{use.addresses}</h3>
      {addresses.length === 0 ? (
        <p class="faint">{use.noAddresses}</p>
      ) : (
        <table class="plain-table">
          <thead>
            <tr>
              <th scope="col">{use.address}</th>
              <th scope="col">{use.last}</th>
            </tr>
          </thead>
          <tbody>
            {addresses.map(({ address, lastUsedAt }) => (
              <tr key={address}>
                <th scope="row">
                  <code>{address}</code>
                </th>
                <td>
                  {lastUsedAt === null ? <span class="faint">{use.unknownTime}</span> : <Moment time={lastUsedAt} />}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function Plot({ days, total }: { days: UsageJson['days']; total: number }) {
  const most = days.reduce((best, one) => (one.uses > best.uses ? one : best))
  const summary = use.summary(total, days.length)
  const first = days[0]
  const last = days.at(-1)
  return (
    <figure class="plot">
      <figcaption>{summary}</figcaption>
      <div class="plot-area">
        <span class="plot-most">{grouped(most.uses)}</span>
        <svg
          viewBox={`0 0 ${days.length * BAR} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${summary}, ${use.most(most.uses, day(most.day))}`}
        >
          {days.map(({ day: date, uses }, index) => {
            const height = uses === 0 ? 1 : Math.max(3, (uses / most.uses) * HEIGHT)
            return (
              <rect
                key={date}
                class={uses === 0 ? 'plot-none' : 'plot-bar'}
                x={index * BAR + GAP / 2}
                y={HEIGHT - height}
                width={BAR - GAP}
                height={height}
              >
                <title>{use.bar(day(date), uses)}</title>
              </rect>
            )
          })}
        </svg>
        <p class="plot-days" aria-hidden="true">
          <span>{first && day(first.day)}</span>
          <span>{last && day(last.day)}</span>
        </p>
      </div>
      <details class="more">
        <summary>{use.asTable}</summary>
        <table class="plain-table">
          <thead>
            <tr>
              <th scope="col">{use.day}</th>
              <th scope="col">{use.uses}</th>
            </tr>
          </thead>
          <tbody>
            {[...days].reverse().map(({ day: date, uses }) => (
              <tr key={date}>
                <th scope="row">{day(date)}</th>
                <td>{uses === 0 ? common.none : grouped(uses)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  )
}
