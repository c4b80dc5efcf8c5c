import { useEffect, useRef, useState } from 'preact/hooks'
import { type Answer, ask } from './api.ts'
import { ChainList } from './chain-list.tsx'
import { type ChangedJson, type Report, reportOf, toneIn, unconfirmedReport } from './change.ts'
import { useReady, useSurroundings } from './context.ts'
import { EditDialog } from './edit-dialog.tsx'
import { FormMessage } from './form-message.tsx'
import { KeyFacts } from './key-facts.tsx'
import { KeyStanding } from './key-standing.tsx'
import { LostToken } from './lost-token.tsx'
import { apiOf } from './paths.ts'
import { Notice, nameOf, StateBadge } from './pieces.tsx'
import { RevokeDialog } from './revoke-dialog.tsx'
import { RotateDialog } from './rotate-dialog.tsx'
import { type IssuedJson, Secret } from './secret.tsx'
import { type Saying, sayingOf } from './sending.ts'
import { chain, common, confirmation, key as strings } from './strings.ts'
import { Timeline } from './timeline.tsx'
import { Use } from './use-plot.tsx'
import type { KeyStateJson, KeyView } from './view.ts'

type Dialog = 'edit' | 'rotate' | 'revoke'
type Action = Dialog | 'disable' | 'enable'

const BUTTONS = { edit: '', rotate: '', disable: 'button-toggle', enable: 'button-toggle', revoke: 'button-warn' }

/** What a state allows, as the keyring has it; and what it will allow again, in its place. */
const ALLOWED: Readonly<Record<KeyStateJson, readonly Action[]>> = {
  scheduled: ['edit', 'rotate', 'disable', 'revoke'],
  active: ['edit', 'rotate', 'disable', 'revoke'],
  retiring: ['edit', 'disable', 'revoke'],
  disabled: ['edit', 'rotate', 'enable', 'revoke'],
  expired: ['revoke'],
  retired: ['revoke'],
  revoked: [],
}

export function KeyPage({ view }: { view: KeyView }) {
  const { basePath } = useSurroundings()
  const api = apiOf(basePath)
  const isReady = useReady()
  const [entry, setEntry] = useState(view.key)
  const [audit, setAudit] = useState(view.audit)
  const [cursor, setCursor] = useState(view.cursor)
  const [dialog, setDialog] = useState<Dialog | null>(null)
  const [report, setReport] = useState<Report | null>(null)
  const [saying, setSaying] = useState<Saying | null>(null)
  const [busy, setBusy] = useState<'disable' | 'enable' | 'revoke' | null>(null)
  const [issued, setIssued] = useState<(IssuedJson & Partial<ChangedJson>) | null>(null)
  /** The body of the last revocation: asked for again, it must end the same keys. */
  const [revocation, setRevocation] = useState<object>({})
  const [lostId, setLostId] = useState<string | null>(null)
  const told = useRef<HTMLDivElement>(null)

  useEffect(() => {
    if (report !== null) told.current?.focus()
  }, [report])

  async function refreshAudit() {
    const answer = await ask<KeyView['audit']>({ method: 'GET', path: api.audit(entry.id) })
    if (answer.kind !== 'ok') return
    setAudit(answer.body)
    setCursor(null)
  }

  /** Takes what a change came to. @returns whether there was anything to take */
  function take(title: string, refuses: boolean, answer: Answer<ChangedJson>): boolean {
    const unconfirmed = unconfirmedReport(title, answer)
    if (answer.kind !== 'ok' && unconfirmed === null) return false
    const changed = answer.kind === 'ok' ? answer.body.key : unconfirmed?.key
    // A change answers with the key, without what is known of its use.
    if (changed != null) setEntry((before) => ({ ...before, ...changed }))
    setReport(answer.kind === 'ok' ? reportOf(title, answer.body, refuses) : unconfirmed)
    setDialog(null)
    void refreshAudit()
    return true
  }

  async function act(action: 'disable' | 'enable' | 'revoke') {
    if (busy !== null) return
    setBusy(action)
    setSaying(null)
    const answer = await ask<ChangedJson>({
      method: 'POST',
      path: api.act(entry.id, action),
      body: action === 'revoke' ? revocation : {},
    })
    setBusy(null)
    if (!take(confirmation[`${action}d`], action !== 'enable', answer)) setSaying(sayingOf(answer))
  }

  function mayPress(action: Action): boolean {
    return busy === null && !(action === 'rotate' && entry.state === 'disabled')
  }

  function press(action: Action): void {
    if (!mayPress(action)) return
    if (action === 'disable' || action === 'enable') void act(action)
    else setDialog(action)
  }

  if (issued !== null) {
    const { confirmation: confirmed } = issued
    return (
      <Secret issued={issued}>
        {confirmed !== undefined && <p>{reportOf('', { key: issued.key, confirmation: confirmed }, false).text}</p>}
        <ChainList title={chain.ended} keys={issued.alsoEnded ?? []} />
      </Secret>
    )
  }
  if (lostId !== null) return <LostToken keyId={lostId} onReplaced={setIssued} />

  const allowed = ALLOWED[entry.state].filter((action) => action !== 'rotate' || entry.rotatedTo === null)
  return (
    <>
      <div class="heading heading-key">
        <div>
          <h1>
            <bdi>{nameOf(entry)}</bdi>
          </h1>
          <p class="subtitle">
            <StateBadge state={entry.state} /> <code>{entry.hint}</code>
          </p>
        </div>
        <div class="actions">
          {allowed.map((action) => (
            <button
              key={action}
              type="button"
              class={`button ${BUTTONS[action]}`}
              disabled={!isReady}
              aria-disabled={!mayPress(action)}
              aria-haspopup={action === 'disable' || action === 'enable' ? undefined : 'dialog'}
              title={action === 'rotate' && entry.state === 'disabled' ? strings.enableFirst : undefined}
              onClick={() => press(action)}
            >
              {busy === action ? common.working : strings[action]}
            </button>
          ))}
        </div>
      </div>
      <div class="standing" role="status" tabIndex={-1} ref={told}>
        {report === null ? (
          <KeyStanding entry={entry} />
        ) : (
          <Notice tone={report.tone}>
            <p>
              <strong>{report.title}</strong> {report.text}
            </p>
            <ChainList title={chain.ended} keys={report.alsoEnded ?? []} />
            <ChainList title={chain.stillAccepted} keys={report.stillAccepted ?? []} showsEnd />
            {report.tone === 'warn' && entry.state === 'revoked' && (
              <button type="button" class="button" onClick={() => void act('revoke')}>
                {confirmation.again}
              </button>
            )}
          </Notice>
        )}
      </div>
      <FormMessage saying={saying} />
      <div class="columns">
        <div>
          <KeyFacts entry={entry} />
          <Use usage={view.usage} />
        </div>
        <Timeline keyId={entry.id} entries={audit.entries} next={audit.next} cursor={cursor} />
      </div>
      {dialog === 'edit' && (
        <EditDialog
          entry={entry}
          onClose={() => setDialog(null)}
          onSaved={(key, unconfirmed) => {
            setEntry((before) => ({ ...before, ...key }))
            setDialog(null)
            setReport(unconfirmed ?? { tone: toneIn(key.state), title: confirmation.updated, text: '' })
            void refreshAudit()
          }}
        />
      )}
      {dialog === 'rotate' && (
        <RotateDialog entry={entry} onClose={() => setDialog(null)} onRotated={setIssued} onLost={setLostId} />
      )}
      {dialog === 'revoke' && (
        <RevokeDialog
          entry={entry}
          onClose={() => setDialog(null)}
          onSend={setRevocation}
          onAnswer={(answer) => take(confirmation.revoked, true, answer)}
        />
      )}
    </>
  )
}
