-- The lease protocol over a server that pushes messages: PostgreSQL with NOTIFY, Redis, a Durable Object.
-- README.md explains the abstractions. One key, one revocation. Times are whole ticks of true time.

const
  VARIANT: 0;        -- 0 is the protocol; each other number breaks one rule of it, see variants.ts
  VERIFIERS: 1;
  PROOFS: 1;         -- proofs that a verifier may have in flight at the same time
  QUEUE: 2;          -- messages in flight on one subscription
  LEASE: 3;          -- a registered lease, in ticks
  USED: 1;           -- the part that a verifier uses of it, by its own clock
  DRIFT: 1;          -- ticks that clocks gain or lose during one lease

  NO_FILL_GUARD: 1;
  LEASE_FROM_ANSWER: 2;
  MONOTONIC_CLOCK_ONLY: 3;
  SILENT_ABOUT_LOSS: 4;
  PUBLISHED_BEFORE_COMMIT: 5;
  ACKNOWLEDGED_BEFORE_EVICTION: 6;
  STALE_FILL_JOINED: 7;
  NO_LEASE: 8;
  REGISTRY_TRUSTED: 9;
  NO_OUTBOX: 10;
  NO_ROOM_FOR_DRIFT: 13;
  NO_FRESH_READS: 14;
  REGISTERED_AFTER_PING: 15;
  LOSS_KEEPS_PROOFS: 16;
  COUNTED_BEFORE_PUBLICATION: 17;

type
  verifier: scalarset(VERIFIERS);
  proof: 1 .. PROOFS;
  ticks: 0 .. LEASE + DRIFT;
  place: 0 .. QUEUE - 1;
  connection: enum { down, up, broken };
  stage: enum { idle, asked, registered, pinged, answered };
  sample: enum { unread, active, revoked };
  progress: enum { before, committed, accepted, counted, resolved, died };

  message: record
    isInvalidation: boolean;
    pong: proof;                -- undefined for an invalidation
  end;

var
  server: record
    registered: array [verifier] of ticks;     -- ticks left of each registered lease, 0 for none
    age: ticks;                                -- of the registry, counted up to one lease
  end;

  store: record
    isRevoked: boolean;
    replicaLags: boolean;
    hasOutboxRow: boolean;
  end;

  publisher: record
    at: progress;
    isAccepted: boolean;                       -- the server has taken the message
    gain: 0 .. DRIFT;                          -- ticks by which its clock and the registry's run fast during a lease
    waits: array [verifier] of ticks;
    waitsForRegistry: ticks;
    acknowledged: array [verifier] of boolean;
  end;

  process: array [verifier] of record
    subscription: connection;
    queue: array [place] of message;
    length: 0 .. QUEUE;
    mayHaveMissed: boolean;
    lease: ticks;                              -- left of it, in true time
    loss: 0 .. DRIFT;                          -- ticks by which the clock that decides runs slow during a lease
    monotonicStops: boolean;                   -- the machine sleeps; otherwise the wall clock may be set back
    proofs: array [proof] of record at: stage; left: ticks; end;
    remembers: boolean;                        -- the cache holds the record as it was before the revocation
    readsFresh: boolean;
    fill: record
      inFlight: boolean;
      found: sample;
      isFresh: boolean;
      isShared: boolean;                       -- joinable, and may enter the cache
      servesLate: boolean;                     -- a request that began after revoke() had resolved waits for it
    end;
    acknowledgement: boolean;                  -- on its way to the publisher
    acknowledgedHead: boolean;                 -- only where that comes before eviction
  end;

function holdsLease(v: verifier): boolean;
begin
  return VARIANT = NO_LEASE | process[v].lease > 0;
end;

function isResolved(): boolean;
begin
  return publisher.at = resolved;
end;

procedure endFill(v: verifier);
begin
  process[v].fill.inFlight := false;
  process[v].fill.found := unread;
  process[v].fill.isFresh := false;
  process[v].fill.isShared := false;
  process[v].fill.servesLate := false;
end;

function isWaitedFor(): boolean;
begin
  return publisher.at = accepted | publisher.at = counted;
end;

procedure forget(v: verifier);
begin
  process[v].remembers := false;
  process[v].readsFresh := VARIANT != NO_FRESH_READS;
  if process[v].fill.inFlight then
    process[v].fill.isShared := false;
    -- Nothing depends on it any more.
    if !process[v].fill.servesLate & VARIANT != NO_FILL_GUARD & VARIANT != STALE_FILL_JOINED then endFill(v); end;
  end;
end;

procedure dropProof(v: verifier; p: proof);
begin
  process[v].proofs[p].at := idle;
  process[v].proofs[p].left := 0;
end;

procedure emptyQueue(v: verifier);
begin
  for i: place do undefine process[v].queue[i]; end;
  process[v].length := 0;
  process[v].acknowledgedHead := false;
end;

procedure send(v: verifier; isInvalidation: boolean; p: proof);
begin
  process[v].queue[process[v].length].isInvalidation := isInvalidation;
  if isInvalidation then undefine process[v].queue[process[v].length].pong;
  else process[v].queue[process[v].length].pong := p; end;
  process[v].length := process[v].length + 1;
end;

procedure pop(v: verifier);
begin
  for i: place do
    if i + 1 < process[v].length then process[v].queue[i] := process[v].queue[i + 1]; end;
  end;
  process[v].length := process[v].length - 1;
  undefine process[v].queue[process[v].length];
  process[v].acknowledgedHead := false;
end;

function pongIsInFlight(v: verifier; p: proof): boolean;
begin
  for i: place do
    if i < process[v].length & !process[v].queue[i].isInvalidation then
      if process[v].queue[i].pong = p then return true; end;
    end;
  end;
  return false;
end;

-- The lease runs from the moment at which the proof was asked for. An older proof than the newest changes nothing.
procedure beginLease(v: verifier; p: proof);
var left: ticks;
begin
  left := process[v].proofs[p].left;
  if VARIANT = LEASE_FROM_ANSWER then left := USED + process[v].loss; end;
  if left > 0 & left >= process[v].lease then
    if process[v].mayHaveMissed then forget(v); end;
    process[v].mayHaveMissed := false;
    process[v].lease := left;
  end;
  dropProof(v, p);
end;

procedure acceptMessage();
begin
  for v: verifier do
    if process[v].subscription = up then send(v, true, 1); end;
  end;
  publisher.isAccepted := true;
end;

function hasRoomForMessage(): boolean;
begin
  for v: verifier do
    if process[v].subscription = up & process[v].length = QUEUE then return false; end;
  end;
  return true;
end;

procedure countMembers();
begin
  for v: verifier do
    publisher.waits[v] := server.registered[v] > publisher.gain ? server.registered[v] - publisher.gain : 0;
  end;
  if server.age < LEASE & VARIANT != REGISTRY_TRUSTED then
    publisher.waitsForRegistry := LEASE - publisher.gain;
  end;
end;

-- Start

ruleset gain: 0 .. DRIFT; loss: 0 .. DRIFT; sleeps: boolean do
  startstate "a key is in use"
  begin
    server.age := LEASE;
    store.isRevoked := false;
    store.replicaLags := false;
    store.hasOutboxRow := false;
    publisher.at := before;
    publisher.isAccepted := false;
    publisher.gain := gain;
    publisher.waitsForRegistry := 0;
    for v: verifier do
      server.registered[v] := 0;
      publisher.waits[v] := 0;
      publisher.acknowledged[v] := false;
      process[v].subscription := down;
      process[v].mayHaveMissed := true;
      process[v].lease := 0;
      process[v].loss := loss;
      process[v].monotonicStops := sleeps;
      process[v].remembers := false;
      process[v].readsFresh := false;
      process[v].acknowledgement := false;
      emptyQueue(v);
      endFill(v);
      for p: proof do dropProof(v, p); end;
    end;
  end;
end;

-- The publisher

rule "publisher commits"
  (VARIANT != PUBLISHED_BEFORE_COMMIT & publisher.at = before)
  | (VARIANT = PUBLISHED_BEFORE_COMMIT & publisher.at = counted & !store.isRevoked)
==>
begin
  store.isRevoked := true;
  store.replicaLags := true;
  store.hasOutboxRow := VARIANT != NO_OUTBOX;
  if VARIANT != PUBLISHED_BEFORE_COMMIT then publisher.at := committed; end;
  if VARIANT = COUNTED_BEFORE_PUBLICATION then countMembers(); end;
end;

rule "server accepts the message"
  (publisher.at = committed | (VARIANT = PUBLISHED_BEFORE_COMMIT & publisher.at = before)) & hasRoomForMessage()
==>
begin
  acceptMessage();
  publisher.at := accepted;
end;

rule "publisher counts the members"
  publisher.at = accepted
==>
begin
  if VARIANT != COUNTED_BEFORE_PUBLICATION then countMembers(); end;
  publisher.at := counted;
end;

ruleset v: verifier do
  rule "publisher receives an acknowledgement"
    process[v].acknowledgement
  ==>
  begin
    process[v].acknowledgement := false;
    publisher.acknowledged[v] := true;
  end;

  rule "an acknowledgement is lost"
    process[v].acknowledgement
  ==>
  begin
    process[v].acknowledgement := false;
  end;
end;

rule "revoke() resolves"
  publisher.at = counted & store.isRevoked & publisher.waitsForRegistry = 0
  & forall v: verifier do publisher.waits[v] = 0 | publisher.acknowledged[v] end
==>
begin
  publisher.at := resolved;
  store.hasOutboxRow := false;
  for v: verifier do
    publisher.waits[v] := 0;
    publisher.acknowledged[v] := false;
    process[v].acknowledgement := false;
  end;
end;

rule "publisher dies between commit and publication"
  publisher.at = committed
==>
begin
  publisher.at := died;
end;

rule "another process publishes what the outbox holds"
  publisher.at = died & store.hasOutboxRow & !publisher.isAccepted & hasRoomForMessage()
==>
begin
  acceptMessage();
  store.hasOutboxRow := false;
end;

-- The server

ruleset keepsMessages: boolean do
  rule "server restarts without its registry"
    true
  ==>
  begin
    server.age := 0;
    for v: verifier do
      server.registered[v] := 0;
      if process[v].subscription = up then
        process[v].subscription := broken;
        if !keepsMessages then emptyQueue(v); end;
      end;
    end;
  end;
end;

rule "replica catches up"
  store.replicaLags
==>
begin
  store.replicaLags := false;
end;

-- A subscription

ruleset v: verifier do
  alias self: process[v] do

    rule "verifier subscribes"
      self.subscription = down
    ==>
    begin
      self.subscription := up;
    end;

    rule "a subscription breaks"
      self.subscription = up
    ==>
    begin
      self.subscription := broken;
    end;

    rule "verifier notices the loss"
      self.subscription = broken
    ==>
    begin
      self.subscription := down;
      emptyQueue(v);
      if VARIANT != SILENT_ABOUT_LOSS then
        self.lease := 0;
        self.mayHaveMissed := true;
        forget(v);
      end;
      for p: proof do
        if VARIANT != LOSS_KEEPS_PROOFS then dropProof(v, p); end;
      end;
    end;

    rule "verifier receives an invalidation"
      self.length > 0 & self.queue[0].isInvalidation
    ==>
    begin
      if !self.acknowledgedHead & isWaitedFor() then self.acknowledgement := true; end;
      forget(v);
      pop(v);
    end;

    rule "verifier acknowledges what it will evict"
      VARIANT = ACKNOWLEDGED_BEFORE_EVICTION & self.length > 0 & !self.acknowledgedHead & self.queue[0].isInvalidation
    ==>
    begin
      self.acknowledgement := true;
      self.acknowledgedHead := true;
    end;

    rule "verifier receives a pong"
      self.length > 0 & !self.queue[0].isInvalidation
    ==>
    var p: proof;
    begin
      p := self.queue[0].pong;
      pop(v);
      if self.proofs[p].at = pinged then
        self.proofs[p].at := answered;
      end;
    end;

    rule "a message comes twice"
      self.subscription = up & self.length > 0 & self.length < QUEUE
      & self.queue[self.length - 1].isInvalidation
    ==>
    begin
      send(v, true, 1);
    end;
  end;
end;

-- A proof

ruleset v: verifier; p: proof do
  alias self: process[v]; own: process[v].proofs[p] do

    rule "verifier asks for a proof"
      own.at = idle & !pongIsInFlight(v, p)
    ==>
    begin
      own.at := asked;
      own.left := (VARIANT = NO_ROOM_FOR_DRIFT ? LEASE : USED) + self.loss;
    end;

    rule "server registers the lease"
      own.at = (VARIANT = REGISTERED_AFTER_PING ? answered : asked)
    ==>
    begin
      server.registered[v] := LEASE;
      if VARIANT = REGISTERED_AFTER_PING then beginLease(v, p);
      else own.at := registered; end;
    end;

    -- Code runs between the pong's arrival and the end of prove().
    rule "a proof resolves"
      own.at = answered & VARIANT != REGISTERED_AFTER_PING
    ==>
    begin
      beginLease(v, p);
    end;

    rule "server answers the ping"
      own.at = (VARIANT = REGISTERED_AFTER_PING ? asked : registered)
      & self.subscription = up & self.length < QUEUE
    ==>
    begin
      own.at := pinged;
      send(v, false, p);
    end;
  end;
end;

-- Requests

ruleset v: verifier do
  alias self: process[v] do

    rule "a request begins a fill"
      holdsLease(v) & !(self.fill.inFlight & self.fill.isShared)
    ==>
    begin
      endFill(v);
      self.fill.inFlight := true;
      self.fill.isFresh := self.readsFresh;
      self.fill.isShared := true;
      self.fill.servesLate := isResolved();
    end;

    rule "a late request joins a fill"
      holdsLease(v) & isResolved() & self.fill.inFlight
      & (self.fill.isShared | VARIANT = STALE_FILL_JOINED)
    ==>
    begin
      self.fill.servesLate := true;
    end;

    rule "store answers a fill"
      self.fill.inFlight & self.fill.found = unread
    ==>
    begin
      self.fill.found := store.isRevoked & (self.fill.isFresh | !store.replicaLags) ? revoked : active;
    end;

    rule "a fill ends"
      self.fill.inFlight & self.fill.found != unread
    ==>
    begin
      if self.fill.isShared | VARIANT = NO_FILL_GUARD then self.remembers := self.fill.found = active; end;
      endFill(v);
    end;

    rule "the cache evicts an entry"
      self.remembers
    ==>
    begin
      self.remembers := false;
    end;

    rule "a minute has passed since the last invalidation"
      self.readsFresh & !store.replicaLags
    ==>
    begin
      self.readsFresh := false;
    end;
  end;
end;

-- Time

rule "time passes"
  true
==>
begin
  if server.age < LEASE then server.age := server.age + 1; end;
  if publisher.waitsForRegistry > 0 then publisher.waitsForRegistry := publisher.waitsForRegistry - 1; end;
  for v: verifier do
    if server.registered[v] > 0 then server.registered[v] := server.registered[v] - 1; end;
    if publisher.waits[v] > 0 then publisher.waits[v] := publisher.waits[v] - 1; end;
    if !(VARIANT = MONOTONIC_CLOCK_ONLY & process[v].monotonicStops) then
      if process[v].lease > 0 then process[v].lease := process[v].lease - 1; end;
      for p: proof do
        if process[v].proofs[p].left > 0 then
          process[v].proofs[p].left := process[v].proofs[p].left - 1;
          if process[v].proofs[p].left = 0 & VARIANT != LEASE_FROM_ANSWER then dropProof(v, p); end;
        end;
      end;
    end;
  end;
end;

-- What must hold

invariant "no hit after revoke() has resolved"
  isResolved() -> forall v: verifier do !(holdsLease(v) & process[v].remembers) end;

invariant "no fill shows the old record to a request that began after revoke() had resolved"
  forall v: verifier do !(process[v].fill.servesLate & process[v].fill.found = active) end;

invariant "a change that nobody published is in the outbox"
  publisher.at = died & !publisher.isAccepted -> store.hasOutboxRow;

-- What must be reachable, so that nothing holds for want of trying

cover "a hit before the revocation" exists v: verifier do publisher.at = before & holdsLease(v) & process[v].remembers end;
cover "a hit after the commit and before revoke() resolves" exists v: verifier do publisher.at = counted & holdsLease(v) & process[v].remembers end;
cover "revoke() resolves while a lease is held" exists v: verifier do isResolved() & process[v].lease > 0 end;
cover "revoke() may resolve by acknowledgement" exists v: verifier do publisher.at = counted & publisher.acknowledged[v] & publisher.waits[v] > 0 end;
cover "revoke() resolves without an acknowledgement" exists v: verifier do isResolved() & process[v].remembers end;
cover "revoke() has waited for a young registry" publisher.waitsForRegistry > 0;
cover "a lease that began late has less left" exists v: verifier do process[v].lease > 0 & process[v].proofs[1].left > process[v].lease end;
cover "a late request reads for itself" exists v: verifier do process[v].fill.servesLate & process[v].fill.found = revoked end;
cover "the replica lags while a late request reads" exists v: verifier do process[v].fill.servesLate & store.replicaLags end;
cover "a subscription is lost while a lease runs" exists v: verifier do process[v].subscription = broken & process[v].lease > 0 & publisher.at = counted end;
cover "a lease is held again after a loss" exists v: verifier do process[v].lease > 0 & server.age < LEASE end;
cover "the dead publisher's change is published" publisher.at = died & publisher.isAccepted;
