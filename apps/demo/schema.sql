-- What the demonstration stores. Run before each new version, as often as need be.
BEGIN;

CREATE SCHEMA IF NOT EXISTS demo;
CREATE TABLE IF NOT EXISTS demo.jobs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  phrase text NOT NULL CHECK (length(phrase) BETWEEN 1 AND 200),
  added timestamptz NOT NULL DEFAULT now(),
  done timestamptz,
  result text,
  worker text
);

-- PostgREST serves this schema, and nothing beside it.
CREATE SCHEMA IF NOT EXISTS demo_api;

CREATE OR REPLACE VIEW demo_api.jobs AS SELECT id, phrase, added, done, result, worker FROM demo.jobs;

CREATE OR REPLACE VIEW demo_api.counts AS
  SELECT count(*) AS jobs, count(done) AS done FROM demo.jobs;

CREATE OR REPLACE FUNCTION demo_api.add_job(phrase text) RETURNS bigint LANGUAGE sql AS $$
  INSERT INTO demo.jobs (phrase) VALUES (add_job.phrase) RETURNING id;
$$;

CREATE OR REPLACE FUNCTION demo_api.finish_job(id bigint, result text, worker text) RETURNS boolean LANGUAGE sql AS $$
  WITH finished AS (
    UPDATE demo.jobs SET done = now(), result = finish_job.result, worker = finish_job.worker
    WHERE jobs.id = finish_job.id AND jobs.done IS NULL
    RETURNING 1
  )
  SELECT EXISTS (SELECT FROM finished);
$$;

COMMIT;

NOTIFY pgrst, 'reload schema';
