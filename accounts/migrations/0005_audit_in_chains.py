"""The audit is only ever added to, and its rows are linked by their hashes (C23)."""

from django.db import migrations

# The link of one row. The last link of the chain is locked, so chains do not fork.
LINK = """
CREATE FUNCTION accounts_audit_hash(previous bytea, number bigint, row_ accounts_auditevent)
RETURNS bytea LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN sha256(previous || convert_to(number::text || ' ' || jsonb_build_array(
        row_.id, row_.district_id, row_.actor, row_.verb, row_.subject, row_.details,
        (extract(epoch FROM row_.at) * 1000000)::bigint
    )::text, 'UTF8'));
END $$;
CREATE FUNCTION accounts_audit_link(wanted bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    row_ accounts_auditevent%ROWTYPE;
    last_ accounts_auditchain%ROWTYPE;
    hash_ bytea;
BEGIN
    SELECT * INTO STRICT row_ FROM accounts_auditevent WHERE id = wanted;
    INSERT INTO accounts_auditchain (chain, number, hash)
    VALUES (coalesce(row_.district_id, 0), 0, decode(repeat('00', 32), 'hex'))
    ON CONFLICT (chain) DO NOTHING;
    SELECT * INTO STRICT last_ FROM accounts_auditchain
    WHERE chain = coalesce(row_.district_id, 0) FOR UPDATE;
    hash_ := accounts_audit_hash(last_.hash, last_.number + 1, row_);
    UPDATE accounts_auditlink SET number = last_.number + 1, hash = hash_ WHERE event = wanted;
    UPDATE accounts_auditchain SET number = last_.number + 1, hash = hash_
    WHERE chain = last_.chain;
END $$;
"""
# What is there already gets its links, before anything is refused. The last link is written once:
# to write it for each row of a long chain would take longer with each.
OLDER_ROWS = """
DO $$
DECLARE
    older accounts_auditevent;
    chain_ bigint;
    number_ bigint;
    hash_ bytea;
BEGIN
    FOR older IN SELECT * FROM accounts_auditevent ORDER BY coalesce(district_id, 0), id LOOP
        IF chain_ IS DISTINCT FROM coalesce(older.district_id, 0) THEN
            chain_ := coalesce(older.district_id, 0);
            number_ := 0;
            hash_ := decode(repeat('00', 32), 'hex');
        END IF;
        number_ := number_ + 1;
        hash_ := accounts_audit_hash(hash_, number_, older);
        INSERT INTO accounts_auditlink (event, chain, number, hash)
        VALUES (older.id, chain_, number_, hash_);
    END LOOP;
END $$;
INSERT INTO accounts_auditchain (chain, number, hash)
SELECT DISTINCT ON (chain) chain, number, hash FROM accounts_auditlink ORDER BY chain, number DESC;
"""
# Both steps wait for the end of the transaction, the second one until after every check of a
# foreign key: from the lock of the chain to the commit nothing is waited for, so a transaction
# that takes long keeps nobody waiting, and no two wait for each other.
AT_THE_END = """
CREATE FUNCTION accounts_audit_ask() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO accounts_auditlink (event, chain) VALUES (NEW.id, coalesce(NEW.district_id, 0));
    RETURN NULL;
END $$;
CREATE FUNCTION accounts_audit_linked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM accounts_audit_link(NEW.event);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER audit_ask AFTER INSERT ON accounts_auditevent
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION accounts_audit_ask();
CREATE CONSTRAINT TRIGGER audit_linked AFTER INSERT ON accounts_auditlink
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION accounts_audit_linked();
"""
# The links are written by triggers, hence from within one; by nobody's own statement.
ONLY_ADDED = """
CREATE FUNCTION accounts_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit is only ever added to: % of % is refused.', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON accounts_auditevent
FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_refuse();
CREATE TRIGGER audit_refuse BEFORE DELETE OR TRUNCATE ON accounts_auditlink
FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_refuse();
CREATE TRIGGER audit_refuse_by_hand BEFORE INSERT OR UPDATE ON accounts_auditlink
FOR EACH ROW WHEN (pg_trigger_depth() < 1) EXECUTE FUNCTION accounts_audit_refuse();
CREATE TRIGGER audit_refuse BEFORE DELETE OR TRUNCATE ON accounts_auditchain
FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_refuse();
CREATE TRIGGER audit_refuse_by_hand BEFORE INSERT OR UPDATE ON accounts_auditchain
FOR EACH ROW WHEN (pg_trigger_depth() < 1) EXECUTE FUNCTION accounts_audit_refuse();
"""
WITHOUT = """
DROP TRIGGER audit_ask ON accounts_auditevent;
DROP TRIGGER audit_linked ON accounts_auditlink;
DROP TRIGGER audit_refuse ON accounts_auditevent;
DROP TRIGGER audit_refuse ON accounts_auditlink;
DROP TRIGGER audit_refuse_by_hand ON accounts_auditlink;
DROP TRIGGER audit_refuse ON accounts_auditchain;
DROP TRIGGER audit_refuse_by_hand ON accounts_auditchain;
DROP FUNCTION accounts_audit_refuse, accounts_audit_linked, accounts_audit_ask, accounts_audit_link,
    accounts_audit_hash;
DELETE FROM accounts_auditlink;
DELETE FROM accounts_auditchain;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_audit_that_shows_every_change")]

    operations = [migrations.RunSQL(LINK + OLDER_ROWS + AT_THE_END + ONLY_ADDED, WITHOUT)]
