-- The age of a cached record: a change that no process published is seen once the record is older than `maxAgeMs`.

const
  VARIANT: 0;        -- 0 is the protocol; the other number breaks its rule, see variants.ts
  MOST: 3;           -- the greatest age of a record that may be served, in ticks
  SLIDING_AGE: 12;

type
  ticks: 0 .. MOST;
  sample: enum { none, active, revoked };

var
  isRevoked: boolean;          -- by a statement that published nothing
  sinceChange: ticks;          -- ticks since then, counted up to the greatest age
  cached: sample;
  left: ticks;                 -- until the record is too old

startstate "a key is in use"
begin
  isRevoked := false;
  sinceChange := 0;
  cached := none;
  left := 0;
end;

rule "a row changes behind the store's back"
  !isRevoked
==>
begin
  isRevoked := true;
end;

rule "a request reads the record"
  left = 0
==>
begin
  cached := isRevoked ? revoked : active;
  left := MOST;
end;

rule "a request is answered from the cache"
  left > 0
==>
begin
  if VARIANT = SLIDING_AGE then left := MOST; end;
end;

rule "time passes"
  true
==>
begin
  if isRevoked & sinceChange < MOST then sinceChange := sinceChange + 1; end;
  if left > 0 then left := left - 1; end;
end;

invariant "no record is served that is older than maxAgeMs"
  sinceChange = MOST -> !(cached = active & left > 0);

cover "a record is served after a change that no process published" isRevoked & cached = active & left > 0;
cover "the change is seen" cached = revoked & left > 0;
