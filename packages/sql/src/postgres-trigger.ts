import { POSTGRES_CHANGES } from './postgres.ts'
import { chooseSchema, namesIn } from './schema-name.ts'

/**
 * Statements that make PostgreSQL tell every process of changes to keys that are made by plain SQL, which no keyring
 * knows of. Run them once, by hand or in a migration of your own.
 *
 * @param options `schema`: where the tables stand. Default: where the database looks by itself
 * @example
 * ```ts
 * import { postgresTriggerSql } from '@bearward/sql'
 *
 * console.log(postgresTriggerSql())
 * ```
 */
export function postgresTriggerSql(options: { readonly schema?: string | undefined } = {}): string {
  const { table } = namesIn('postgres', chooseSchema('postgresTriggerSql', undefined, options.schema).schema)
  return `create or replace function ${table('bearward_tell_change')}() returns trigger language plpgsql as $$
begin
  perform pg_notify('${POSTGRES_CHANGES}',
    json_build_object('invalidations', json_build_array(json_build_object('id', coalesce(new.id, old.id))))::text);
  return null;
end $$;

create or replace trigger bearward_tell_change after insert or update or delete on ${table('bearward_keys')}
  for each row execute function ${table('bearward_tell_change')}();
`
}
