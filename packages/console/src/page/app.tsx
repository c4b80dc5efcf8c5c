import { systemClock } from '@bearward/core'
import { useMemo } from 'preact/hooks'
import { Surrounding } from './context.ts'
import { KeyPage } from './key-page.tsx'
import { Layout } from './layout.tsx'
import { ListPage } from './list-page.tsx'
import { NewPage } from './new-page.tsx'
import { ProblemPage } from './problem-page.tsx'
import type { PageView } from './view.ts'

/** A page, from what the server says: the same on the server and in the browser. */
export function App({ view }: { view: PageView }) {
  const { basePath, brand = {}, session, now } = view
  const surroundings = useMemo(() => {
    const start = systemClock.monotonic()
    return { basePath, brand, session, now, serverTime: () => Date.parse(now) + systemClock.monotonic() - start }
  }, [basePath, brand, session, now])
  return (
    <Surrounding.Provider value={surroundings}>
      <Layout page={view.name}>
        <Page view={view} />
      </Layout>
    </Surrounding.Provider>
  )
}

function Page({ view }: { view: PageView }) {
  switch (view.name) {
    case 'list':
      return <ListPage view={view} />
    case 'new':
      return <NewPage />
    case 'key':
      return <KeyPage view={view} />
    case 'problem':
      return <ProblemPage view={view} />
  }
}
