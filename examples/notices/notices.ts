import type { Key, Keyring } from '@bearward/keyring'
import type { Transporter } from 'nodemailer'

/** What mailing needs to know of the application. */
export interface Mailing {
  readonly transport: Transporter
  readonly from: string
  /** The address of an owner, or `null` where nobody is to be told. */
  addressOf(owner: string): Promise<string | null>
  /** A mail that could not be sent; the key has changed all the same. */
  onError(error: unknown): void
}

/**
 * Mails owners what happens to their keys.
 *
 * @returns stops it, and waits for the mails that are on their way
 */
export function mailNotices(keyring: Keyring, { transport, from, addressOf, onError }: Mailing): () => Promise<void> {
  const underWay = new Set<Promise<unknown>>()

  const mail = (owner: string | null, subject: string, text: string): void => {
    if (owner === null) return
    const sending = addressOf(owner)
      .then((to) => (to === null ? undefined : transport.sendMail({ from, to, subject, text })))
      .catch(onError)
      .finally(() => underWay.delete(sending))
    underWay.add(sending)
  }

  /** Events of use know the key by its id alone. */
  const mailAbout = (keyId: string, subject: string, textFor: (key: Key) => string): void => {
    const reading = keyring
      .get(keyId)
      .then((key) => key && mail(key.owner, subject, textFor(key)))
      .catch(onError)
      .finally(() => underWay.delete(reading))
    underWay.add(reading)
  }

  const stops = [
    keyring.on('issued', ({ key, actor }) =>
      mail(key.owner, 'A key was issued', `${nameOf(key)} was issued${by(actor)}.`),
    ),
    keyring.on('rotated', ({ key, previous, actor }) =>
      mail(
        key.owner,
        'A key was rotated',
        `${nameOf(previous)} was replaced by ${nameOf(key)}${by(actor)}. The old one works until ${dateOf(previous.graceEndsAt)}.`,
      ),
    ),
    keyring.on('revoked', ({ key, actor, reason }) =>
      mail(
        key.owner,
        'A key was revoked',
        `${nameOf(key)} was revoked${by(actor)}${reason === null ? '' : `: ${oneLine(reason)}`}.`,
      ),
    ),
    keyring.on('expiring', ({ key, endsAt }) =>
      mail(key.owner, 'A key expires soon', `${nameOf(key)} ends at ${dateOf(endsAt)}. Rotate it before that.`),
    ),
    keyring.on('rotated_key_used', ({ keyId, accepted }) =>
      mailAbout(
        keyId,
        'An old key is still in use',
        (key) => `${nameOf(key)} has a successor and was used again${accepted ? '' : '; it was refused'}.`,
      ),
    ),
    keyring.on('used_from_new_address', ({ keyId, from: address }) =>
      mailAbout(
        keyId,
        'A key was used from a new address',
        (key) => `${nameOf(key)} was used from ${oneLine(address)}.`,
      ),
    ),
  ]

  return async () => {
    for (const stop of stops) stop()
    while (underWay.size > 0) await Promise.all(underWay)
  }
}

/** Names and reasons are chosen by others: they must not add lines to a mail, nor hide or turn round what stands beside them. */
function oneLine(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]+/gu, ' ')
}

function nameOf({ name, hint }: Key): string {
  return name === '' ? hint : `${oneLine(name)} (${hint})`
}

function by(actor: string | null): string {
  return actor === null ? '' : ` by ${oneLine(actor)}`
}

function dateOf(time: number | null): string {
  return time === null ? 'further notice' : new Date(time).toISOString()
}
