import { useSurroundings } from './context.ts'
import { hintOf } from './hint.ts'
import { pagesOf } from './paths.ts'
import { list, states } from './strings.ts'
import type { ListQueryJson } from './view.ts'

/** A form of the browser's own: it works without the script, and its answer has an address that can be kept. */
export function ListFilter({ query, isFiltered }: { query: ListQueryJson; isFiltered: boolean }) {
  const { basePath, session } = useSurroundings()
  const pages = pagesOf(basePath)
  const environments = session?.environments ?? []
  return (
    <search>
      <form class="filter" method="get" action={pages.list} aria-label={list.filter} onSubmit={cutToken}>
        <label class="filter-search">
          <span>{list.search}</span>
          <input
            type="search"
            name="search"
            maxLength={200}
            placeholder={list.searchHint}
            defaultValue={query.search ?? ''}
            autocomplete="off"
            spellcheck={false}
          />
        </label>
        <Choice
          name="state"
          label={list.state}
          any={list.anyState}
          options={Object.entries(states)}
          value={query.state}
        />
        {environments.length > 1 && (
          <Choice
            name="environment"
            label={list.environment}
            any={list.anyEnvironment}
            options={environments.map((one) => [one, one])}
            value={query.environment}
          />
        )}
        {session?.view === 'operator' && (
          <label>
            <span>{list.owner}</span>
            <input
              name="owner"
              maxLength={255}
              defaultValue={query.owner ?? ''}
              autocomplete="off"
              spellcheck={false}
            />
          </label>
        )}
        <div class="filter-actions">
          <button class="button" type="submit">
            {list.apply}
          </button>
          {isFiltered && <a href={pages.list}>{list.clear}</a>}
        </div>
      </form>
    </search>
  )
}

/** A token that somebody looks for must not get into an address: its hint is looked for, which is not secret. */
function cutToken({ currentTarget }: { currentTarget: HTMLFormElement }): void {
  const field = currentTarget.elements.namedItem('search')
  if (field instanceof HTMLInputElement) field.value = hintOf(field.value)
}

function Choice({
  name,
  label,
  any,
  options,
  value,
}: {
  name: string
  label: string
  any: string
  options: readonly (readonly [string, string])[]
  value: string | undefined
}) {
  return (
    <label>
      <span>{label}</span>
      <select name={name}>
        <option value="">{any}</option>
        {options.map(([option, text]) => (
          <option key={option} value={option} selected={option === value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}
