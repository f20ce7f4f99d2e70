"""A transaction's rows of the audit are linked together, so that many cost no more each than one."""

from django.db import migrations, models

# The first row whose turn comes takes all along that wait. Each of them after the other would leave
# one version more of the chain's last link, through which the next would have to go.
# Chains are locked in one order, so that no two transactions wait for each other.
TOGETHER = """
CREATE FUNCTION accounts_audit_link_chain(wanted bigint) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    waiting bigint;
    row_ accounts_auditevent%ROWTYPE;
    last_ accounts_auditchain%ROWTYPE;
BEGIN
    INSERT INTO accounts_auditchain (chain, number, hash)
    VALUES (wanted, 0, decode(repeat('00', 32), 'hex'))
    ON CONFLICT (chain) DO NOTHING;
    SELECT * INTO STRICT last_ FROM accounts_auditchain WHERE chain = wanted FOR UPDATE;
    FOR waiting IN
        SELECT event FROM accounts_auditlink WHERE chain = wanted AND number IS NULL ORDER BY event
    LOOP
        SELECT * INTO STRICT row_ FROM accounts_auditevent WHERE id = waiting;
        last_.number := last_.number + 1;
        last_.hash := accounts_audit_hash(last_.hash, last_.number, row_);
        UPDATE accounts_auditlink SET number = last_.number, hash = last_.hash
        WHERE event = waiting;
    END LOOP;
    UPDATE accounts_auditchain SET number = last_.number, hash = last_.hash WHERE chain = wanted;
END $$;
CREATE OR REPLACE FUNCTION accounts_audit_linked() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    IF EXISTS (SELECT FROM accounts_auditlink WHERE event = NEW.event AND number IS NULL) THEN
        PERFORM accounts_audit_link_chain(waiting.chain)
        FROM (
            SELECT DISTINCT chain FROM accounts_auditlink WHERE number IS NULL ORDER BY chain
        ) AS waiting;
    END IF;
    RETURN NULL;
END $$;
DROP FUNCTION accounts_audit_link;
"""
ONE_BY_ONE = """
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
CREATE OR REPLACE FUNCTION accounts_audit_linked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM accounts_audit_link(NEW.event);
    RETURN NULL;
END $$;
DROP FUNCTION accounts_audit_link_chain;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_audit_in_chains")]

    operations = [
        migrations.AddIndex(
            model_name="auditlink",
            index=models.Index(
                fields=["chain", "event"],
                condition=models.Q(("number__isnull", True)),
                name="audit_link_waiting",
            ),
        ),
        migrations.RunSQL(TOGETHER, ONE_BY_ONE),
    ]
