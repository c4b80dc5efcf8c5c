-- The lease protocol over a log that each process reads: sqlChannel() on SQLite, MariaDB and PostgreSQL.
-- README.md explains the abstractions. One key, one revocation, one change of another key. Times are whole ticks of true time.

const
  VARIANT: 0;        -- 0 is the protocol; each other number breaks one rule of it, see variants.ts
  VERIFIERS: 1;
  LOOKS: 2;          -- a look that was given up, and the one that follows it
  LEASE: 3;          -- a lease, in ticks
  KEPT: 1;           -- ticks that a registration outlives its lease
  USED: 1;           -- the part that a verifier uses of a lease, by its own clock
  DRIFT: 1;          -- ticks that clocks gain or lose during one lease
  CHANGES: 2;

  NO_FILL_GUARD: 1;
  LEASE_FROM_ANSWER: 2;
  MONOTONIC_CLOCK_ONLY: 3;
  ACKNOWLEDGED_BEFORE_EVICTION: 6;
  STALE_FILL_JOINED: 7;
  NO_LEASE: 8;
  REGISTRY_TRUSTED: 9;
  GAP_PASSED: 11;
  NO_ROOM_FOR_DRIFT: 13;
  NO_FRESH_READS: 14;
  REGISTERED_AFTER_LOOK: 15;
  LOOKS_OVERLAP: 18;
  FIRST_PROOF_FORGETS_NOTHING: 19;
  COUNTED_BEFORE_COMMIT: 20;

type
  verifier: scalarset(VERIFIERS);
  look: 1 .. LOOKS;
  number: 0 .. CHANGES;
  entry: 1 .. CHANGES;
  ticks: 0 .. LEASE + KEPT;
  stage: enum { idle, asked, registered, counted, acknowledging, answered, lookedFirst };
  sample: enum { unread, active, revoked };
  progress: enum { before, numbered, committed, counting, resolved };

var
  database: record
    last: number;                              -- the counter of commits
    isVisible: array [entry] of boolean;
    isRevocation: array [entry] of boolean;
    isRevoked: boolean;
    replicaLags: boolean;
    until: array [verifier] of ticks;          -- ticks that a registration still lasts, 0 for none
    acknowledged: array [verifier] of number;
    age: ticks;                                -- for which this server has counted members, up to one lease
  end;

  other: progress;                             -- the change of another key

  publisher: record
    at: progress;
    sequence: number;
    gain: 0 .. DRIFT;                          -- ticks by which its clock and the database's run fast during a lease
    waits: array [verifier] of ticks;
    waitsForRegistry: ticks;
    heard: array [verifier] of boolean;
  end;

  process: array [verifier] of record
    hasRead: boolean;                          -- the cursor is defined
    cursor: number;
    mayHaveMissed: boolean;
    lease: ticks;                              -- left of it, in true time
    loss: 0 .. DRIFT;                          -- ticks by which the clock that decides runs slow during a lease
    monotonicStops: boolean;                   -- the machine sleeps; otherwise the wall clock may be set back
    looks: array [look] of record
      at: stage;
      left: ticks;
      last: number;
      hadRead: boolean;                        -- the cursor when the look began; used only where looks overlap
      from: number;
    end;
    remembers: boolean;                        -- the cache holds the record as it was before the revocation
    readsFresh: boolean;
    fill: record
      inFlight: boolean;
      found: sample;
      isFresh: boolean;
      isShared: boolean;                       -- joinable, and may enter the cache
      servesLate: boolean;                     -- a request that began after revoke() had resolved waits for it
    end;
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

procedure dropLook(v: verifier; l: look);
begin
  process[v].looks[l].at := idle;
  process[v].looks[l].left := 0;
  process[v].looks[l].last := 0;
  process[v].looks[l].hadRead := false;
  process[v].looks[l].from := 0;
end;

function mayLook(v: verifier): boolean;
begin
  if VARIANT = LOOKS_OVERLAP then return true; end;
  -- One look at a time; one that is given up changes nothing any more.
  return forall l: look do process[v].looks[l].at = idle end;
end;

-- The lease runs from the moment at which the proof was asked for. An older proof than the newest changes nothing.
procedure beginLease(v: verifier; l: look);
var left: ticks;
begin
  left := process[v].looks[l].left;
  if VARIANT = LEASE_FROM_ANSWER then left := USED + process[v].loss; end;
  if left > 0 & left >= process[v].lease then
    if process[v].mayHaveMissed & VARIANT != FIRST_PROOF_FORGETS_NOTHING then forget(v); end;
    process[v].mayHaveMissed := false;
    process[v].lease := left;
  end;
  dropLook(v, l);
end;

procedure countMembers();
begin
  for v: verifier do
    if database.until[v] > 0 then
      -- Each member may have registered a moment ago: it counts with a whole lease, or with all that is left.
      publisher.waits[v] := (database.until[v] < LEASE ? database.until[v] : LEASE) - publisher.gain;
    else
      publisher.waits[v] := 0;
    end;
  end;
  if database.age < LEASE & VARIANT != REGISTRY_TRUSTED then
    publisher.waitsForRegistry := LEASE - publisher.gain;
  end;
end;

-- Start

ruleset gain: 0 .. DRIFT; loss: 0 .. DRIFT; sleeps: boolean do
  startstate "a key is in use"
  begin
    database.last := 0;
    database.isRevoked := false;
    database.replicaLags := false;
    database.age := LEASE;
    for e: entry do
      database.isVisible[e] := false;
      database.isRevocation[e] := false;
    end;
    other := before;
    publisher.at := before;
    publisher.sequence := 0;
    publisher.gain := gain;
    publisher.waitsForRegistry := 0;
    for v: verifier do
      database.until[v] := 0;
      database.acknowledged[v] := 0;
      publisher.waits[v] := 0;
      publisher.heard[v] := false;
      process[v].hasRead := false;
      process[v].cursor := 0;
      process[v].mayHaveMissed := true;
      process[v].lease := 0;
      process[v].loss := loss;
      process[v].monotonicStops := sleeps;
      process[v].remembers := false;
      process[v].readsFresh := false;
      endFill(v);
      for l: look do dropLook(v, l); end;
    end;
  end;
end;

-- The publisher

procedure takeNumber();
begin
  database.last := database.last + 1;
end;

rule "publisher takes a number before it commits"
  VARIANT = GAP_PASSED & publisher.at = before
==>
begin
  takeNumber();
  publisher.sequence := database.last;
  publisher.at := numbered;
end;

-- The number and the entry become visible with the commit, in one transaction.
rule "publisher commits"
  publisher.at = (VARIANT = GAP_PASSED ? numbered : before)
==>
begin
  if VARIANT != GAP_PASSED then
    takeNumber();
    publisher.sequence := database.last;
  end;
  database.isVisible[publisher.sequence] := true;
  database.isRevocation[publisher.sequence] := true;
  database.isRevoked := true;
  database.replicaLags := true;
  publisher.at := committed;
end;

rule "another change commits"
  other = before & CHANGES > 1
==>
begin
  takeNumber();
  database.isVisible[database.last] := true;
  other := committed;
end;

rule "publisher counts the members too early"
  VARIANT = COUNTED_BEFORE_COMMIT & publisher.at = before
==>
begin
  countMembers();
end;

rule "publisher counts the members"
  publisher.at = committed
==>
begin
  if VARIANT != COUNTED_BEFORE_COMMIT then countMembers(); end;
  publisher.at := counting;
end;

ruleset v: verifier do
  rule "publisher reads an acknowledgement"
    publisher.at = counting & database.until[v] > 0 & database.acknowledged[v] >= publisher.sequence
    & !publisher.heard[v]
  ==>
  begin
    publisher.heard[v] := true;
  end;
end;

rule "revoke() resolves"
  publisher.at = counting & publisher.waitsForRegistry = 0
  & forall v: verifier do publisher.waits[v] = 0 | publisher.heard[v] end
==>
begin
  publisher.at := resolved;
  for v: verifier do
    publisher.waits[v] := 0;
    publisher.heard[v] := false;
  end;
end;

-- The database

rule "another server takes over without the registry"
  true
==>
begin
  database.age := 0;
  for v: verifier do database.until[v] := 0; end;
end;

rule "replica catches up"
  database.replicaLags
==>
begin
  database.replicaLags := false;
end;

-- A look at the log

ruleset v: verifier; l: look do
  alias self: process[v]; own: process[v].looks[l] do

    rule "verifier asks for a look"
      own.at = idle & mayLook(v)
    ==>
    begin
      own.at := VARIANT = REGISTERED_AFTER_LOOK ? lookedFirst : asked;
      own.left := (VARIANT = NO_ROOM_FOR_DRIFT ? LEASE : USED) + self.loss;
      own.hadRead := self.hasRead;
      own.from := self.cursor;
      if VARIANT = REGISTERED_AFTER_LOOK then own.last := database.last; end;
    end;

    rule "database registers the lease"
      (own.at = asked & database.until[v] <= LEASE) | own.at = lookedFirst
    ==>
    begin
      if database.until[v] = 0 then database.acknowledged[v] := self.cursor; end;
      database.until[v] := LEASE + KEPT;
      own.at := VARIANT = REGISTERED_AFTER_LOOK ? counted : registered;
    end;

    -- One statement reads the counter and checks the registration.
    rule "database answers with the last number"
      own.at = registered | (own.at = asked & database.until[v] > LEASE)
    ==>
    begin
      own.last := database.last;
      own.at := counted;
    end;

    -- The entries are read, handed over and behind the cursor before other code of the process runs.
    rule "verifier reads the entries"
      own.at = counted
    ==>
    var from: number; isNew: boolean; isConcerned: boolean; hasGap: boolean;
    begin
      isNew := VARIANT = LOOKS_OVERLAP ? !own.hadRead : !self.hasRead;
      from := VARIANT = LOOKS_OVERLAP ? own.from : self.cursor;
      if isNew then from := own.last; end;
      isConcerned := false;
      hasGap := false;
      for e: entry do
        if e > from & e <= own.last then
          if !database.isVisible[e] then hasGap := true;
          elsif database.isRevocation[e] then isConcerned := true; end;
        end;
      end;
      if hasGap & VARIANT != GAP_PASSED then
        self.lease := 0;
        self.mayHaveMissed := true;
        forget(v);
      elsif isConcerned & VARIANT != ACKNOWLEDGED_BEFORE_EVICTION then
        forget(v);
      end;
      self.cursor := self.hasRead & self.cursor > own.last & VARIANT = LOOKS_OVERLAP ? self.cursor : own.last;
      self.hasRead := true;
      own.at := isNew | own.last > from ? acknowledging : answered;
    end;

    rule "database takes the acknowledgement"
      own.at = acknowledging
    ==>
    begin
      if database.acknowledged[v] < own.last then database.acknowledged[v] := own.last; end;
      own.at := answered;
    end;

    rule "a look ends"
      own.at = answered
    ==>
    begin
      if VARIANT = ACKNOWLEDGED_BEFORE_EVICTION & own.last >= publisher.sequence & database.isRevoked
      then forget(v); end;
      beginLease(v, l);
    end;

    -- Given up, and another process or the network still carries its statements; they change nothing here.
    rule "verifier gives a look up"
      own.at != idle
    ==>
    begin
      dropLook(v, l);
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
      self.fill.found := database.isRevoked & (self.fill.isFresh | !database.replicaLags) ? revoked : active;
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
      self.readsFresh & !database.replicaLags
    ==>
    begin
      self.readsFresh := false;
    end;

    rule "process starts again"
      true
    ==>
    begin
      self.hasRead := false;
      self.cursor := 0;
      self.mayHaveMissed := true;
      self.lease := 0;
      self.remembers := false;
      self.readsFresh := false;
      endFill(v);
      for l: look do dropLook(v, l); end;
      -- Its registration stays under a name that no other process has: publishers wait for it in vain.
      database.until[v] := 0;
      database.acknowledged[v] := 0;
    end;
  end;
end;

-- Time

rule "time passes"
  true
==>
begin
  if database.age < LEASE then database.age := database.age + 1; end;
  if publisher.waitsForRegistry > 0 then publisher.waitsForRegistry := publisher.waitsForRegistry - 1; end;
  for v: verifier do
    if database.until[v] > 0 then database.until[v] := database.until[v] - 1; end;
    if publisher.waits[v] > 0 then publisher.waits[v] := publisher.waits[v] - 1; end;
    if !(VARIANT = MONOTONIC_CLOCK_ONLY & process[v].monotonicStops) then
      if process[v].lease > 0 then process[v].lease := process[v].lease - 1; end;
      for l: look do
        if process[v].looks[l].left > 0 then
          process[v].looks[l].left := process[v].looks[l].left - 1;
          if process[v].looks[l].left = 0 & VARIANT != LEASE_FROM_ANSWER & VARIANT != LOOKS_OVERLAP
          then dropLook(v, l); end;
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

invariant "no process with a lease is behind what it has acknowledged"
  forall v: verifier do
    process[v].lease > 0 & database.until[v] > 0 -> database.acknowledged[v] <= process[v].cursor
  end;

-- What must be reachable, so that nothing holds for want of trying

cover "a hit before the revocation" exists v: verifier do publisher.at = before & holdsLease(v) & process[v].remembers end;
cover "a hit after the commit and before revoke() resolves" exists v: verifier do publisher.at = counting & holdsLease(v) & process[v].remembers end;
cover "revoke() resolves while a lease is held" exists v: verifier do isResolved() & process[v].lease > 0 end;
cover "revoke() may resolve by acknowledgement" exists v: verifier do publisher.at = counting & publisher.heard[v] & publisher.waits[v] > 0 end;
cover "revoke() resolves without an acknowledgement" exists v: verifier do isResolved() & process[v].remembers end;
cover "revoke() has waited for a young registry" publisher.waitsForRegistry > 0;
cover "a late request reads for itself" exists v: verifier do process[v].fill.servesLate & process[v].fill.found = revoked end;
cover "the replica lags while a late request reads" exists v: verifier do process[v].fill.servesLate & database.replicaLags end;
cover "the cursor passes both changes at once" exists v: verifier do exists l: look do process[v].looks[l].at = counted & process[v].hasRead & process[v].cursor = 0 & process[v].looks[l].last = 2 end end;
cover "a look reads a number from before the revocation and ends after it" exists v: verifier do exists l: look do process[v].looks[l].at = answered & database.isRevoked & process[v].looks[l].last < publisher.sequence end end;
