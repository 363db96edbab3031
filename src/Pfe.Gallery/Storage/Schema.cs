namespace Pfe.Gallery.Storage;

/// <summary>
/// The tables, one script a version, in PostgreSQL's words; SQLite gets its own names of the types. A released script never changes: a
/// later version adds one.
/// </summary>
internal static class Schema
{
    /// <summary>The version this library writes.</summary>
    public static int Newest => Scripts.Count;

    /// <summary>Scripts 1, 2, ...</summary>
    public static IReadOnlyList<string> Scripts { get; } =
    [
        """
        CREATE TABLE gallery (
            id uuid PRIMARY KEY, name text NOT NULL UNIQUE, model_id text NOT NULL, model_name text NOT NULL, dimension bigint NOT NULL,
                generation bigint NOT NULL,
            version bigint NOT NULL, change_floor bigint NOT NULL, policy text NOT NULL, created bigint NOT NULL, updated bigint NOT NULL);
        CREATE TABLE gallery_model (
            gallery_id uuid NOT NULL REFERENCES gallery(id), generation bigint NOT NULL, model_id text NOT NULL, model_name text NOT NULL,
                dimension bigint NOT NULL,
            PRIMARY KEY (gallery_id, generation));
        CREATE TABLE person (
            id uuid PRIMARY KEY, gallery_id uuid NOT NULL REFERENCES gallery(id), external_id text, name text, metadata text NOT NULL,
                images bigint NOT NULL,
            version bigint NOT NULL, created bigint NOT NULL, updated bigint NOT NULL, UNIQUE (gallery_id, external_id));
        CREATE INDEX person_by_gallery ON person (gallery_id, id);
        CREATE TABLE image (
            id uuid PRIMARY KEY, gallery_id uuid NOT NULL REFERENCES gallery(id), person_id uuid NOT NULL REFERENCES person(id),
                reference text, sha256 text,
            measures text, created bigint NOT NULL);
        CREATE INDEX image_by_person ON image (person_id, id);
        CREATE INDEX image_by_reference ON image (gallery_id, reference);
        CREATE TABLE photo (image_id uuid PRIMARY KEY REFERENCES image(id), bytes bytea NOT NULL);
        CREATE TABLE template (
            image_id uuid NOT NULL REFERENCES image(id), generation bigint NOT NULL, gallery_id uuid NOT NULL, person_id uuid NOT NULL,
                quality double precision NOT NULL,
            uncertainty double precision NOT NULL, mu bytea NOT NULL, log_variance bytea NOT NULL, PRIMARY KEY (image_id, generation));
        CREATE INDEX template_by_person ON template (gallery_id, generation, person_id, image_id);
        CREATE TABLE change (gallery_id uuid NOT NULL, version bigint NOT NULL, person_id uuid NOT NULL, PRIMARY KEY (gallery_id, version,
            person_id));
        CREATE TABLE review (
            id uuid PRIMARY KEY, gallery_id uuid NOT NULL REFERENCES gallery(id), kind text NOT NULL, image_id uuid, person_id uuid,
                candidate_id uuid NOT NULL,
            probability double precision NOT NULL, score double precision NOT NULL, uncertainty1 double precision NOT NULL,
                uncertainty2 double precision NOT NULL, reason text NOT NULL,
            state text NOT NULL, cost double precision NOT NULL, decided_by text, decided bigint, version bigint NOT NULL,
                created bigint NOT NULL);
        CREATE INDEX review_by_cost ON review (gallery_id, state, cost, id);
        CREATE TABLE audit_head (scope uuid PRIMARY KEY, sequence bigint NOT NULL, hash text NOT NULL);
        CREATE TABLE audit (
            scope uuid NOT NULL, sequence bigint NOT NULL, at bigint NOT NULL, key_id text, action text NOT NULL, subject_id uuid,
                outcome text NOT NULL, request_id text, hash text NOT NULL,
            PRIMARY KEY (scope, sequence));
        CREATE TABLE api_key (
            id text PRIMARY KEY, name text NOT NULL, hash bytea NOT NULL, scopes bigint NOT NULL, galleries text NOT NULL,
                created bigint NOT NULL, expires bigint, last_used bigint);
        CREATE TABLE idempotency (
            key_id text NOT NULL, request_key text NOT NULL, request_hash text, response text, expires bigint NOT NULL,
                PRIMARY KEY (key_id, request_key));
        CREATE INDEX idempotency_by_expiry ON idempotency (expires);
        CREATE TABLE job (
            id uuid PRIMARY KEY, gallery_id uuid, kind text NOT NULL, state text NOT NULL, done bigint NOT NULL, total bigint NOT NULL,
                input text NOT NULL, cursor text, failure text,
            created bigint NOT NULL, updated bigint NOT NULL);
        """,
        // Whoever keeps an index file of their own must know when something in it has to go.
        "ALTER TABLE change ADD COLUMN removed bigint NOT NULL DEFAULT 0;",
        // A change is forgotten by its age; a decision about a score says of which model the score is: 0 where nobody knows any more.
        """
        ALTER TABLE change ADD COLUMN at bigint NOT NULL DEFAULT 0;
        CREATE INDEX change_by_time ON change (at);
        CREATE INDEX change_of_removal ON change (gallery_id, version) WHERE removed <> 0;
        ALTER TABLE review ADD COLUMN generation bigint NOT NULL DEFAULT 0;
        UPDATE review SET generation = (SELECT generation FROM gallery WHERE gallery.id = review.gallery_id)
            WHERE (SELECT COUNT(*) FROM gallery_model WHERE gallery_model.gallery_id = review.gallery_id) = 1;
        """,
        // Every answer needs the number of persons, and to count a million takes longer than to search them. It holds for the version that
        // is named beside it: a program that does not know these columns and writes leaves that version behind.
        """
        ALTER TABLE gallery ADD COLUMN persons bigint NOT NULL DEFAULT 0;
        ALTER TABLE gallery ADD COLUMN counted bigint NOT NULL DEFAULT 0;
        UPDATE gallery SET counted = version, persons = (SELECT COUNT(*) FROM person WHERE person.gallery_id = gallery.id);
        """,
    ];
}
