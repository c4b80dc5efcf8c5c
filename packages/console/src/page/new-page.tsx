import { useState } from 'preact/hooks'
import { IssueForm } from './issue-form.tsx'
import { LostToken } from './lost-token.tsx'
import { type IssuedJson, Secret } from './secret.tsx'

/** The form, then the token; or, where that went missing, the way to another one. */
export function NewPage() {
  const [issued, setIssued] = useState<IssuedJson | null>(null)
  const [lostId, setLostId] = useState<string | null>(null)
  if (issued !== null) return <Secret issued={issued} />
  if (lostId !== null) return <LostToken keyId={lostId} onReplaced={setIssued} />
  return <IssueForm onIssued={setIssued} onLost={setLostId} />
}
