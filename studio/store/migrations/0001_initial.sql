-- The first library. Words and states are those of studio/core; the rules that must hold whoever
-- writes are here: states, legal moves, "final never changes", history that is only appended.

CREATE TABLE library (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL CHECK (id <> ''),
    created_at REAL NOT NULL
) STRICT;

-- One number for the whole library. It rises with every change of a row that clients follow.
CREATE TABLE sequence (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    value INTEGER NOT NULL CHECK (value >= 0)
) STRICT;
INSERT INTO sequence VALUES (1, 0);
CREATE TRIGGER sequence_rises BEFORE UPDATE ON sequence
WHEN NEW.value <= OLD.value
BEGIN SELECT raise(ABORT, 'the sequence must rise'); END;

-- Tombstones: what was deleted, and when in the sequence.
CREATE TABLE removed (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN
        ('assets', 'boards', 'checkpoints', 'adapters', 'campaigns', 'creatives')),
    id TEXT NOT NULL
) STRICT;

-- The queue --------------------------------------------------------------------------------------

CREATE TABLE batches (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE CHECK (id <> ''),
    title TEXT NOT NULL DEFAULT '',
    created_at REAL NOT NULL
) STRICT;

CREATE TABLE jobs (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE CHECK (id <> ''),
    seq INTEGER NOT NULL CHECK (seq > 0),
    kind TEXT NOT NULL CHECK (kind IN ('generate', 'finetune', 'expand', 'export')),
    status TEXT NOT NULL CHECK (status IN ('waiting', 'queued', 'running', 'paused', 'interrupted',
        'succeeded', 'failed', 'cancelled')),
    lane TEXT NOT NULL CHECK (lane IN ('interactive', 'batch', 'training')),
    rank INTEGER NOT NULL GENERATED ALWAYS AS
        (CASE lane WHEN 'interactive' THEN 0 WHEN 'batch' THEN 1 ELSE 2 END) VIRTUAL,
    position REAL NOT NULL,
    title TEXT NOT NULL,
    generator TEXT NOT NULL DEFAULT '',
    checkpoint_id TEXT NOT NULL DEFAULT '',
    batch_id TEXT NOT NULL DEFAULT '',
    campaign_id TEXT NOT NULL DEFAULT '',
    step_key TEXT NOT NULL DEFAULT '',
    retry_of TEXT NOT NULL DEFAULT '',
    created_at REAL NOT NULL,
    queued_at REAL NOT NULL DEFAULT 0,
    started_at REAL NOT NULL DEFAULT 0,
    finished_at REAL NOT NULL DEFAULT 0,
    changed_at REAL NOT NULL,
    queued_seq INTEGER NOT NULL DEFAULT 0,
    cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1)),
    pause_requested INTEGER NOT NULL DEFAULT 0 CHECK (pause_requested IN (0, 1)),
    attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    token TEXT NOT NULL DEFAULT '',
    worker_key TEXT NOT NULL DEFAULT '',
    worker_deaths INTEGER NOT NULL DEFAULT 0 CHECK (worker_deaths >= 0),
    reason TEXT NOT NULL DEFAULT '',
    hint TEXT NOT NULL DEFAULT '',
    overtaken INTEGER NOT NULL DEFAULT 0 CHECK (overtaken >= 0),
    cancelled_by TEXT NOT NULL DEFAULT '',
    run_seconds REAL NOT NULL DEFAULT 0,
    request TEXT NOT NULL CHECK (json_valid(request)),
    execution TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(execution)),
    error_code TEXT NOT NULL DEFAULT '',
    traceback TEXT NOT NULL DEFAULT '',
    CHECK ((status = 'running') = (token <> '')),
    CHECK (status <> 'running' OR (attempt > 0 AND started_at <> 0)),
    CHECK ((status IN ('succeeded', 'failed', 'cancelled')) = (finished_at <> 0)),
    CHECK (status = 'running' OR pause_requested = 0),
    CHECK (status NOT IN ('waiting', 'queued', 'paused') OR cancel_requested = 0)
) STRICT;

CREATE UNIQUE INDEX jobs_seq ON jobs (seq);
CREATE INDEX jobs_status ON jobs (status, seq);
CREATE INDEX jobs_queued ON jobs (rank, position) WHERE status = 'queued';
CREATE INDEX jobs_open ON jobs (rank, position)
    WHERE status IN ('waiting', 'queued', 'running', 'paused', 'interrupted');
CREATE UNIQUE INDEX jobs_token ON jobs (token) WHERE token <> '';
CREATE INDEX jobs_batch ON jobs (batch_id) WHERE batch_id <> '';
CREATE INDEX jobs_campaign ON jobs (campaign_id) WHERE campaign_id <> '';
CREATE INDEX jobs_retry ON jobs (retry_of) WHERE retry_of <> '';

CREATE TRIGGER jobs_final_never_changes BEFORE UPDATE ON jobs
WHEN OLD.status IN ('succeeded', 'failed', 'cancelled')
BEGIN SELECT raise(ABORT, 'a final job never changes'); END;

CREATE TRIGGER jobs_seq_rises BEFORE UPDATE ON jobs
WHEN NEW.seq <= OLD.seq
BEGIN SELECT raise(ABORT, 'a changed job needs a new sequence number'); END;

CREATE TRIGGER jobs_legal_moves BEFORE UPDATE OF status ON jobs
WHEN OLD.status <> NEW.status AND OLD.status || '>' || NEW.status NOT IN (
    'waiting>queued', 'waiting>cancelled', 'waiting>paused',
    'queued>running', 'queued>cancelled', 'queued>paused', 'queued>failed',
    'running>succeeded', 'running>failed', 'running>cancelled', 'running>paused',
    'running>interrupted', 'running>queued',
    'paused>queued', 'paused>cancelled', 'paused>waiting',
    'interrupted>queued', 'interrupted>failed', 'interrupted>cancelled')
BEGIN SELECT raise(ABORT, 'a job may not move like this'); END;

CREATE TRIGGER jobs_are_kept BEFORE DELETE ON jobs
BEGIN SELECT raise(ABORT, 'jobs are history and are kept'); END;

CREATE TABLE job_events (
    seq INTEGER PRIMARY KEY,
    job_id TEXT NOT NULL REFERENCES jobs (id),
    at REAL NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX job_events_job ON job_events (job_id);

CREATE TRIGGER job_events_are_not_changed BEFORE UPDATE ON job_events
BEGIN SELECT raise(ABORT, 'history is only appended'); END;
CREATE TRIGGER job_events_are_not_deleted BEFORE DELETE ON job_events
BEGIN SELECT raise(ABORT, 'history is only appended'); END;

CREATE TRIGGER jobs_created AFTER INSERT ON jobs
BEGIN
    INSERT INTO job_events (seq, job_id, at, before, after, reason)
    VALUES (NEW.seq, NEW.id, NEW.changed_at, '', NEW.status, NEW.reason);
END;
CREATE TRIGGER jobs_moved AFTER UPDATE OF status ON jobs
WHEN OLD.status <> NEW.status
BEGIN
    INSERT INTO job_events (seq, job_id, at, before, after, reason)
    VALUES (NEW.seq, NEW.id, NEW.changed_at, OLD.status, NEW.status, NEW.reason);
END;

CREATE TABLE job_needs (
    job_id TEXT NOT NULL REFERENCES jobs (id),
    need_id TEXT NOT NULL REFERENCES jobs (id),
    success INTEGER NOT NULL CHECK (success IN (0, 1)),
    PRIMARY KEY (job_id, need_id),
    CHECK (job_id <> need_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_needs_of ON job_needs (need_id);

CREATE TABLE progress (
    job_id TEXT PRIMARY KEY REFERENCES jobs (id),
    seq INTEGER NOT NULL,
    done REAL NOT NULL DEFAULT 0,
    total REAL NOT NULL DEFAULT 0,
    phase TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '',
    preview TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL DEFAULT '',
    eta_seconds REAL,
    updated_at REAL NOT NULL
) STRICT;
CREATE INDEX progress_seq ON progress (seq);

-- Claims that passed a job which still queues (see studio/store/job_engine.py).
CREATE TABLE overtakes (
    seq INTEGER PRIMARY KEY,
    lane TEXT NOT NULL,
    position REAL NOT NULL
) STRICT;
CREATE INDEX overtakes_lane ON overtakes (lane, position, seq);

CREATE TABLE timings (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    units REAL NOT NULL CHECK (units >= 0),
    seconds REAL NOT NULL CHECK (seconds >= 0)
) STRICT;
CREATE INDEX timings_key ON timings (key, number);

-- Assets -----------------------------------------------------------------------------------------

CREATE TABLE assets (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE CHECK (id <> ''),
    seq INTEGER NOT NULL CHECK (seq > 0),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'),
    media_type TEXT NOT NULL,
    modality TEXT NOT NULL CHECK (modality IN ('text', 'image', 'audio', 'other')),
    path TEXT NOT NULL CHECK (path GLOB 'assets/??/?*'),
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    title TEXT NOT NULL DEFAULT '',
    model TEXT NOT NULL DEFAULT '',
    width INTEGER NOT NULL DEFAULT 0 CHECK (width >= 0),
    height INTEGER NOT NULL DEFAULT 0 CHECK (height >= 0),
    duration REAL NOT NULL DEFAULT 0 CHECK (duration >= 0),
    rating INTEGER NOT NULL DEFAULT 0 CHECK (rating BETWEEN 0 AND 5),
    created_at REAL NOT NULL,
    job_id TEXT REFERENCES jobs (id),
    attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    campaign_id TEXT NOT NULL DEFAULT '',
    trashed_at REAL NOT NULL DEFAULT 0,
    source TEXT NOT NULL CHECK (source IN ('generated', 'imported', 'composed')),
    missing INTEGER NOT NULL DEFAULT 0 CHECK (missing IN (0, 1)),
    CHECK ((job_id IS NULL) = (attempt = 0))
) STRICT;
CREATE UNIQUE INDEX assets_seq ON assets (seq);
CREATE INDEX assets_sha256 ON assets (sha256);
CREATE INDEX assets_newest ON assets (number, id) WHERE trashed_at = 0;
CREATE INDEX assets_rating ON assets (rating, number, id) WHERE trashed_at = 0;
CREATE INDEX assets_title ON assets (title COLLATE NOCASE, number, id) WHERE trashed_at = 0;
CREATE INDEX assets_trash ON assets (number, id) WHERE trashed_at <> 0;
CREATE INDEX assets_job ON assets (job_id) WHERE job_id IS NOT NULL;
CREATE INDEX assets_campaign ON assets (campaign_id) WHERE campaign_id <> '';

-- What is long lies apart, so that listing many assets reads few pages.
CREATE TABLE asset_details (
    number INTEGER PRIMARY KEY REFERENCES assets (number) ON DELETE CASCADE,
    prompt TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL DEFAULT '',
    recipe TEXT CHECK (recipe IS NULL OR json_valid(recipe))
) STRICT;

CREATE TABLE asset_tags (
    number INTEGER NOT NULL REFERENCES assets (number) ON DELETE CASCADE,
    tag TEXT NOT NULL COLLATE NOCASE CHECK (tag <> ''),
    PRIMARY KEY (number, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX asset_tags_tag ON asset_tags (tag, number);

CREATE TABLE asset_parents (
    child INTEGER NOT NULL REFERENCES assets (number) ON DELETE CASCADE,
    parent INTEGER NOT NULL REFERENCES assets (number) ON DELETE CASCADE,
    PRIMARY KEY (child, parent),
    CHECK (child <> parent)
) STRICT, WITHOUT ROWID;
CREATE INDEX asset_parents_parent ON asset_parents (parent, child);

CREATE TABLE boards (
    id TEXT PRIMARY KEY CHECK (id <> ''),
    seq INTEGER NOT NULL,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK (name <> '')
) STRICT;
CREATE INDEX boards_seq ON boards (seq);

CREATE TABLE board_assets (
    board_id TEXT NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    number INTEGER NOT NULL REFERENCES assets (number) ON DELETE CASCADE,
    PRIMARY KEY (board_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX board_assets_asset ON board_assets (number);

-- The words are cut in Python (studio/store/search.py); this tokenizer only splits at blanks.
CREATE VIRTUAL TABLE asset_search USING fts5 (
    title, prompt, tags, model,
    content = '', contentless_delete = 1, tokenize = 'ascii', prefix = '1 2 3'
);

-- Weights, campaigns, state ----------------------------------------------------------------------

CREATE TABLE checkpoints (
    id TEXT PRIMARY KEY CHECK (id <> ''),
    seq INTEGER NOT NULL,
    name TEXT NOT NULL,
    generator TEXT NOT NULL,
    modality TEXT NOT NULL,
    family TEXT NOT NULL,
    format TEXT NOT NULL,
    path TEXT NOT NULL UNIQUE,
    bytes INTEGER NOT NULL DEFAULT 0 CHECK (bytes >= 0),
    sha256 TEXT NOT NULL DEFAULT '',
    licence TEXT NOT NULL DEFAULT '',
    commercial_use INTEGER NOT NULL DEFAULT 1 CHECK (commercial_use IN (0, 1)),
    languages TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(languages)),
    details TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(details)),
    source TEXT NOT NULL DEFAULT '',
    untrained INTEGER NOT NULL DEFAULT 0 CHECK (untrained IN (0, 1)),
    added_at REAL NOT NULL
) STRICT;
CREATE INDEX checkpoints_seq ON checkpoints (seq);

CREATE TABLE adapters (
    id TEXT PRIMARY KEY CHECK (id <> ''),
    seq INTEGER NOT NULL,
    name TEXT NOT NULL,
    generator TEXT NOT NULL,
    family TEXT NOT NULL,
    path TEXT NOT NULL UNIQUE,
    bytes INTEGER NOT NULL DEFAULT 0 CHECK (bytes >= 0),
    sha256 TEXT NOT NULL DEFAULT '',
    licence TEXT NOT NULL DEFAULT '',
    commercial_use INTEGER NOT NULL DEFAULT 1 CHECK (commercial_use IN (0, 1)),
    trigger TEXT NOT NULL DEFAULT '',
    added_at REAL NOT NULL
) STRICT;
CREATE INDEX adapters_seq ON adapters (seq);

CREATE TABLE campaigns (
    id TEXT PRIMARY KEY CHECK (id <> ''),
    seq INTEGER NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status <> ''),
    brief TEXT NOT NULL CHECK (json_valid(brief)),
    plan TEXT NOT NULL CHECK (json_valid(plan)),
    data TEXT NOT NULL CHECK (json_valid(data)),
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL
) STRICT;
CREATE INDEX campaigns_seq ON campaigns (seq);

CREATE TABLE creatives (
    id TEXT PRIMARY KEY CHECK (id <> ''),
    seq INTEGER NOT NULL,
    campaign_id TEXT NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
    placement TEXT NOT NULL,
    variant INTEGER NOT NULL,
    size TEXT NOT NULL,
    language TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status <> ''),
    data TEXT NOT NULL CHECK (json_valid(data))
) STRICT;
CREATE INDEX creatives_seq ON creatives (seq);
CREATE INDEX creatives_campaign ON creatives (campaign_id, placement, variant, size, language);

CREATE TABLE state (
    key TEXT PRIMARY KEY CHECK (key <> ''),
    seq INTEGER NOT NULL,
    value TEXT NOT NULL CHECK (json_valid(value))
) STRICT, WITHOUT ROWID;
CREATE INDEX state_seq ON state (seq);

CREATE TABLE engine (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq INTEGER NOT NULL,
    pid INTEGER NOT NULL,
    status TEXT NOT NULL,
    message TEXT NOT NULL,
    device TEXT NOT NULL,
    resident TEXT NOT NULL CHECK (json_valid(resident)),
    rss INTEGER NOT NULL,
    updated_at REAL NOT NULL
) STRICT;
