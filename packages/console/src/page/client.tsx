import './style.css'
import { hydrate } from 'preact'
import { App } from './app.tsx'
import type { PageView } from './view.ts'

const root = document.getElementById('app')
const state = document.getElementById('view')
if (root !== null && state !== null) {
  const view = JSON.parse(state.textContent ?? '') as PageView
  hydrate(<App view={view} />, root)
}
