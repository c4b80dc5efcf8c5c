import { useReady, useSurroundings } from './context.ts'
import { ExpiryField, readExpiry } from './expiry-field.tsx'
import { type FieldErrors, FieldGroup, TextField, useFocusOnError } from './field.tsx'
import { FormMessage } from './form-message.tsx'
import { textOf } from './form-text.ts'
import { MetadataField, readMetadata } from './metadata-field.tsx'
import { OwnerField, readOwner } from './owner-field.tsx'
import { apiOf, pagesOf } from './paths.ts'
import { readScopes, ScopesField } from './scopes-field.tsx'
import type { IssuedJson } from './secret.tsx'
import { useSending } from './sending.ts'
import { common, issue } from './strings.ts'

const DEFAULT_DAYS = '90'

export function IssueForm({
  onIssued,
  onLost,
}: {
  onIssued: (issued: IssuedJson) => void
  onLost: (keyId: string) => void
}) {
  const { basePath, session, serverTime } = useSurroundings()
  const isReady = useReady()
  const sending = useSending<IssuedJson>(onIssued, onLost)
  const { errors, isBusy, isInDoubt, saying } = sending
  const form = useFocusOnError(errors)
  const environments = session?.environments ?? []
  const isOperator = session?.view === 'operator'

  async function submit(event: SubmitEvent) {
    event.preventDefault()
    if (isBusy || form.current === null) return
    if (isInDoubt) return sending.again()
    const data = new FormData(form.current)
    const expiry = readExpiry(data, serverTime())
    const metadata = readMetadata(data)
    const owner = isOperator ? readOwner(data) : null
    const found: Record<string, string> = {}
    if (expiry !== 'keep' && 'error' in expiry) found.expiresAt = expiry.error
    if ('error' in metadata) found.metadata = metadata.error
    if (owner !== null && 'error' in owner) found.owner = owner.error
    sending.complain(found)
    if (Object.keys(found).length > 0) return
    const text = (name: string) => textOf(data, name).trim()
    await sending.send(apiOf(basePath).keys, {
      name: text('name'),
      ...owner,
      ...(environments.length > 1 && { environment: text('environment') }),
      scopes: readScopes(data),
      ...(expiry !== 'keep' && expiry),
      ...metadata,
    })
  }

  return (
    <>
      <div class="heading">
        <h1>{issue.title}</h1>
      </div>
      <p class="lead">{issue.lead}</p>
      <form class="form" ref={form} onSubmit={(event) => void submit(event)} noValidate aria-busy={isBusy}>
        <fieldset class="plain" disabled={isBusy || isInDoubt}>
          <IssueFields
            errors={errors}
            environments={environments}
            isOperator={isOperator}
            mayWriteMetadata={session?.metadata === 'write'}
          />
        </fieldset>
        <FormMessage saying={saying} title={isInDoubt && saying?.tone === 'bad' ? issue.unknownTitle : undefined} />
        <div class="form-actions">
          <button class="button button-main" type="submit" disabled={!isReady} aria-disabled={isBusy}>
            {isBusy ? issue.sending : isInDoubt ? issue.tryAgain : issue.submit}
          </button>
          {isInDoubt ? (
            <button class="button" type="button" onClick={sending.giveUp}>
              {issue.change}
            </button>
          ) : (
            <a href={pagesOf(basePath).list}>{common.cancel}</a>
          )}
        </div>
      </form>
    </>
  )
}

function IssueFields({
  errors,
  environments,
  isOperator,
  mayWriteMetadata,
}: {
  errors: FieldErrors
  environments: readonly string[]
  isOperator: boolean
  mayWriteMetadata: boolean
}) {
  return (
    <>
      <TextField name="name" label={issue.name} hint={issue.nameHint} error={errors.name} maxLength={200} />
      {isOperator && <OwnerField error={errors.owner} />}
      {environments.length > 1 && (
        <FieldGroup label={issue.environment} hint={issue.environmentHint} error={errors.environment}>
          <div class="choices choices-row">
            {environments.map((environment, index) => (
              <label key={environment} class="choice">
                <input type="radio" name="environment" value={environment} defaultChecked={index === 0} />
                <span>{environment}</span>
              </label>
            ))}
          </div>
        </FieldGroup>
      )}
      <ScopesField granted={[]} error={errors.scopes} />
      <ExpiryField hint={issue.expiryHint} initial={DEFAULT_DAYS} error={errors.expiresAt} />
      {mayWriteMetadata && <MetadataField initial={{}} error={errors.metadata} />}
    </>
  )
}
