/** A channel of this folder with one thing wrong, and the promise of the contract that it breaks. */
export interface WrongChannel {
  readonly flaw: Flaw
  readonly kind: 'polling' | 'pushing'
  /** Name of the case that must refuse it. */
  readonly refusedBy: string
  /** Part of the sentence that the case must say. */
  readonly saying: string
}

/** Of the sentences about what was not handed over; the circumstances depend on when the lease runs out. */
const TOLD = 'expected that'

/** Each flaw with its channel, the case that names it, and what that case says. */
const wrong = [
  ['confirmsAtOnce', 'pushing', 'publish() resolves only after invalidate() has returned in every subscriber', TOLD],
  ['acknowledgesFirst', 'pushing', 'publish() resolves only after invalidate() has returned in every subscriber', TOLD],
  [
    'tellsFirstSubscriberOnly',
    'pushing',
    'a confirmed publication was handed to every subscriber of the other channels',
    TOLD,
  ],
  [
    'skipsOwnSubscribers',
    'pushing',
    'a confirmed publication was handed to the subscribers of the channel that published it',
    TOLD,
  ],
  [
    'passesOverFailures',
    'pushing',
    'a subscriber whose invalidate() throws loses its lease before the publication is confirmed, and the others are told',
    TOLD,
  ],
  ['dropsOwners', 'pushing', 'every kind of invalidation is handed over as it was published', 'what was handed over'],
  ['handsOverHalf', 'pushing', 'a change of many keys is handed over whole', TOLD],
  ['truncatesLongChanges', 'pushing', 'a change of many keys is handed over whole', TOLD],
  [
    'refusesDuplicates',
    'pushing',
    'a change that is published twice is confirmed twice, and the next change is handed over',
    'was published before',
  ],
  ['dropsEqualChanges', 'pushing', 'two equal changes are two changes, and each is handed over', TOLD],
  [
    'mergesPublications',
    'pushing',
    'changes that are published at the same time are all confirmed, and each is handed over',
    TOLD,
  ],
  [
    'statesNoBound',
    'pushing',
    'a publication that does not wait states a bound of one lease at most, and none only where every subscriber was told',
    'expected a bound above 0',
  ],
  [
    'waitsWhereNoneSubscribes',
    'pushing',
    'a publication is confirmed at once where no channel has a subscriber',
    'expected less than a lease',
  ],
  [
    'handsOverNewestFirst',
    'polling',
    'a proof hands over, in order, every change that was accepted before it was asked for',
    'what was handed over: expected',
  ],
  ['joinsProofs', 'polling', 'proofs that overlap each hand over what was accepted before they were asked for', TOLD],
  [
    'overlapsFirstLooks',
    'polling',
    'first proofs that overlap lose no change that is accepted once one of them has come',
    TOLD,
  ],
  [
    'registersAfterProof',
    'pushing',
    'a change at any moment of a first proof is handed over, unless the lease begins after it',
    TOLD,
  ],
  [
    'losesThoseThatJoin',
    'polling',
    'a subscriber that joins while another one proves is handed every later change',
    TOLD,
  ],
  ['cachesCensus', 'pushing', 'a subscriber that joins during a publication is handed every later change', TOLD],
  [
    'registersLate',
    'pushing',
    'a subscriber whose lease has run out is waited for before a proof gives it another one',
    TOLD,
  ],
  [
    'readsPublishedOnly',
    'polling',
    'a durable channel hands over a change that was committed and never published',
    'expected the change that was committed',
  ],
  [
    'statesLeaseOfItsOwn',
    'pushing',
    'a lease lasts from 100 to 60 000 milliseconds, and as long in every channel',
    '`leaseMs` of a second channel',
  ],
  [
    'keepsMembersThatLeft',
    'pushing',
    'a subscriber that has left is not waited for, and is handed nothing more',
    'silent, handed over after leaving',
  ],
  [
    'leavesWithFirst',
    'pushing',
    'of two subscribers of one channel, the one that stays is handed every change after the other has left',
    TOLD,
  ],
  [
    'leavesUnderOneName',
    'polling',
    'a subscriber that joins while the last one leaves is handed every later change',
    TOLD,
  ],
  [
    'registersAfterLeaving',
    'polling',
    'a subscriber that leaves during its proof is not waited for',
    'silent: expected 0',
  ],
  ['provesForThoseThatLeft', 'pushing', 'a subscription that was closed proves nothing', 'expected false, got true'],
  ['provesWhenClosed', 'pushing', 'a channel that was closed proves nothing', 'expected false, got true'],
  [
    'closesInSilence',
    'pushing',
    'a channel that closes calls lost() in each of its subscribers, and no publication waits for it',
    'expected lost() in each subscriber',
  ],
  [
    'keepsMembersWhenClosed',
    'pushing',
    'a channel that closes calls lost() in each of its subscribers, and no publication waits for it',
    'silent: expected 0',
  ],
  [
    'registersAfterClosing',
    'polling',
    'a channel that closes during a proof leaves no lease behind',
    'silent: expected 0',
  ],
  [
    'isReadyWhenClosed',
    'pushing',
    'ready() of a channel that has it resolves while the channel is open, and rejects once it is closed',
    'expected false, got true',
  ],
  [
    'forgetsSilentMembers',
    'pushing',
    'a silent subscriber is waited for until its lease has run out, and not much longer',
    TOLD,
  ],
  [
    'waitsForTheDead',
    'pushing',
    'a silent subscriber is waited for until its lease has run out, and not much longer',
    'publish() settles: expected within 20 leases',
  ],
  ['waitsByWallClock', 'pushing', 'a wall clock that steps forward ends no wait for a silent subscriber', TOLD],
  [
    'waitsByWallClock',
    'pushing',
    'a wall clock that steps back makes no wait for a silent subscriber longer',
    'publish() settles: expected within 20 leases',
  ],
  [
    'trustsYoungRegistry',
    'pushing',
    'a registry that may have forgotten a silent subscriber is not trusted for a lease',
    TOLD,
  ],
  [
    'closesOnAnswerOnly',
    'pushing',
    'a channel that is cut off without notice can be closed',
    'close() settles: expected within 20 leases',
  ],
  ['swallowsFailures', 'pushing', 'a publication that the medium refuses rejects', 'expected false, got true'],
  [
    'tellsNoLoss',
    'pushing',
    'lost() is called when messages may have been lost, and a later proof comes',
    'expected within 20 leases that lost() is called',
  ],
  ['tellsLossLate', 'pushing', 'lost() is called before a proof that was asked for after the loss resolves', TOLD],
  [
    'provesOnConnecting',
    'pushing',
    'a proof that is asked for while the channel connects again holds once the new connection hears',
    TOLD,
  ],
  [
    'hearsOnFirstConnectionOnly',
    'pushing',
    'a connection that breaks during a first proof loses no change that is accepted after the proof',
    TOLD,
  ],
  ['discardsOvertakenLooks', 'polling', 'a proof that is answered after a newer one takes no change away', TOLD],
  [
    'overlapsFirstLooks',
    'polling',
    'a first proof that reaches the medium after another one has come takes no change away',
    TOLD,
  ],
  ['takesLateLooks', 'polling', 'a proof that was given up and reaches the medium later takes no change away', TOLD],
] as const satisfies readonly (readonly [string, 'polling' | 'pushing', refusedBy: string, saying: string])[]

export type Flaw = (typeof wrong)[number][0]

export const WRONG_CHANNELS: readonly WrongChannel[] = wrong.map(([flaw, kind, refusedBy, saying]) => ({
  flaw,
  kind,
  refusedBy,
  saying,
}))
