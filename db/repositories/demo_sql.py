"""The statements that multiply demo answers into runs and ratings.

Chance is a hash of a row's number and the seed, so that a row is the same in whatever order, batch
or connection it is made. In the texts `u(key, n)` stands for the n-th number of a row, even over 0
to 1; `z(key, n)` for one with mean 0 and deviation 1 out of three of these; `id(ms, key, kind)` for
a UUIDv7 of that time; `at(ms)` for the time itself; `hour_at(part)` for the hour at which that part
of a day's runs has been made.
"""

import re

_MACROS = (
    (
        r"z\(([\w.]+), (\d+)\)",
        r"(2 * (u(\1, \2) + u(\1, \g<2>1) + u(\1, \g<2>2) - 1.5))",
    ),
    (
        r"u\(([\w.]+), (\d+)\)",
        r"((hashint8extended(\1, :salt + \2) & 16777215) / 16777216.0::float8)",
    ),
    (
        r"id\(([\w.]+), ([^,()]+), '(\w+)'\)",
        r"overlay(overlay(md5(:seed || ' \3 ' || \2)"
        r" placing lpad(to_hex(\1), 12, '0') || '7' from 1 for 13)"
        r" placing 'a' from 17 for 1)::uuid",
    ),
    (
        r"hour_at\((\w+)\)",
        r"(cast(:hours as float8[]))[1 + floor(\1 * :parts)::int]"
        r" + (\1 * :parts - floor(\1 * :parts)) * ("
        r"(cast(:hours as float8[]))[2 + floor(\1 * :parts)::int]"
        r" - (cast(:hours as float8[]))[1 + floor(\1 * :parts)::int])",
    ),
    (r"\bat\(([\w.]+)\)", r"(timestamptz 'epoch' + \1 * interval '1 ms')"),
)


def written_out(statement: str) -> str:
    for pattern, replacement in _MACROS:
        statement = re.sub(pattern, replacement, statement)
    return statement


TABLES = (
    """
    create temp table demo_people (
        place int primary key, id uuid, severity float8, noise float8, pace float8,
        talkative float8, language int, joined_ms bigint
    )
    """,
    """
    create temp table demo_days (
        day date primary key, starts_ms bigint, first bigint, n int, team int[], mix int[]
    )
    """,
    """
    create temp table demo_given (
        id int, model_id uuid, task text, status text, prompt text, params jsonb,
        image_sha256 bytea, output jsonb, error_code text, prompt_tokens int,
        completion_tokens int, log_ms float8, opinion float8, issue int, corrected text,
        next_revision text
    )
    """,
    "create temp table demo_said (entry int, class int, slot int, comment text)",
    """
    create temp table demo_tags (
        task text, issue int, rating int, number int, tags text[],
        primary key (task, issue, rating, number)
    )
    """,
    """
    create temp table demo_verdicts (
        entry int, variant int, place int, verdict text, primary key (entry, variant, place)
    )
    """,
    """
    create temp table demo_missed (
        entry int, variant int, place int, label text,
        x_min float8, y_min float8, x_max float8, y_max float8
    )
    """,
)

COPIES = (
    # What the trigger `feedback_fill` would copy into a rating, once for each answer.
    """
    create temp table demo_entries as
    select given.*,
        feedback_search(left(prompt, 100000) || E'\\n' || left(coalesce(
            run_text(task, output, params), ''), 100000)) as search,
        case when task = 'detection' then array(
            select distinct lower(box ->> 'label') from jsonb_array_elements(shown) as box
            order by 1
        ) else '{}' end as phrases,
        (select max((box ->> 'score')::float8) from jsonb_array_elements(shown) as box)
            as top_score,
        case when task = 'detection' then
            round((params ->> 'box_threshold')::numeric * 20) / 20 end as box_threshold,
        case when task = 'detection' then
            round((params ->> 'text_threshold')::numeric * 20) / 20 end as text_threshold,
        case when task = 'generation' then
            round((params ->> 'temperature')::numeric, 1) end as temperature,
        case when task = 'generation' then
            round((params ->> 'top_p')::numeric * 20) / 20 end as top_p
    from demo_given as given, lateral (
        select case when task = 'detection' then jsonb_path_query_array(
            output,
            '$.detections[*] ? (@.score >= $box_threshold && @.score >= $text_threshold)',
            params
        ) else '[]' end as shown
    ) as boxes
    """,
    "alter table demo_entries add primary key (id)",
    """
    create temp table demo_comments as
    select entry, class, slot, comment, feedback_search(comment) as search from demo_said
    """,
    "alter table demo_comments add primary key (entry, class, slot)",
    """
    create temp table demo_judged as
    select entry, variant, jsonb_agg(box order by place, box) as verdicts from (
        select v.entry, v.variant, v.place, jsonb_build_object(
            'label', lower(g.output #>> array['detections', v.place::text, 'label']),
            'score', g.output #> array['detections', v.place::text, 'score'],
            'verdict', v.verdict
        ) as box
        from demo_verdicts v join demo_given g on g.id = v.entry
        union all
        select entry, variant, 1000000,
            jsonb_build_object('label', lower(label), 'score', null, 'verdict', 'missed')
        from demo_missed
    ) as judged
    group by entry, variant
    """,
    "alter table demo_judged add primary key (entry, variant)",
    "drop table demo_given",
    "drop table demo_said",
    "analyze demo_people",
    "analyze demo_days",
    "analyze demo_entries",
    "analyze demo_comments",
    "analyze demo_judged",
    "analyze demo_tags",
    "analyze demo_verdicts",
    "analyze demo_missed",
)

NEW_RUNS = """
create temp table demo_new on commit drop as
select i, asked_ms, asked_ms + latency_ms as done_ms, latency_ms, id(asked_ms, i, 'run') as id,
    entry, author, other, i % :anchors = 0 as anchor,
    case
        when i % :anchors = 0 then 12
        when status = 'failed' then (u(i, 7) < .1)::int
        when u(i, 7) < .82 then 1
        when u(i, 7) < .9 then 2 + floor(u(i, 8) * u(i, 9) * 4)::int
        else 0
    end as ratings
from (
    select picked.*, status,
        greatest(3, exp(least(e.log_ms + .3 * z(i, 5), 11)))::bigint as latency_ms
    from (
        select i, mix[1 + floor(u(i, 1) * :mix)::int] * :variety
                + floor(u(i, 2) * :variety)::int as entry,
            team[1 + floor(u(i, 3) * :team)::int] as author,
            team[1 + floor(u(i, 4) * :team)::int] as other,
            starts_ms + floor(3600000 * (hour_at(part)))::bigint as asked_ms
        from (
            select i, mix, team, starts_ms, (i - first + u(i, 6)) / n as part
            from demo_days
            cross join lateral generate_series(first, first + n - 1) as i
            where day between :since and :until
            offset 0
        ) as numbered
        offset 0
    ) as picked
    join demo_entries e on e.id = picked.entry
    offset 0
) as timed
"""

ADD_RUNS = """
insert into runs (
    id, user_id, face, trace_id, task, model_id, prompt, params, image_sha256, status, output,
    error_code, timings_ms, latency_ms, prompt_tokens, completion_tokens, demo, created_at,
    finished_at
)
select n.id, p.id, case when u(n.i, 12) < .88 then 'ui' else 'api' end, :trace, e.task, e.model_id,
    e.prompt, e.params, e.image_sha256, e.status, e.output, e.error_code,
    jsonb_build_object(
        case e.task when 'detection' then 'forward' else 'queue' end,
        round(n.latency_ms * case e.task when 'detection' then .8 else .1 end),
        'total', n.latency_ms
    ),
    n.latency_ms, e.prompt_tokens, e.completion_tokens, true, at(n.asked_ms), at(n.done_ms)
from demo_new n
join demo_entries e on e.id = n.entry
join demo_people p on p.place = n.author
order by n.i
"""

NEW_RATINGS = """
create temp table demo_rated on commit drop as
select key, id(rated_ms, key, 'rating') as id, run_id, entry, rater, user_id, rating, rated_ms,
    done_ms, asked_ms, anchor, author,
    case when rating <= 2 then 0 when rating = 3 then 1 else 2 end as class,
    case when u(key, 41) < talkative then
        case when language = 0 or u(key, 42) < .3
            then floor(u(key, 43) * 2)::int else language + 1 end
    end as slot,
    floor(u(key, 44) * :tag_sets)::int as tag_set,
    case when u(key, 45) < .16 then floor(u(key, 46) * :judgements)::int end as variant,
    u(key, 47) < .35 as corrects,
    case when reviewed_ms < :now_ms and u(key, 48) < (case class
        when 0 then .96 when 1 then .8 else .6 end) then reviewed_ms end as reviewed_ms,
    floor(u(key, 49) * :reviewers)::int as reviewer,
    u(key, 50) as outcome, u(key, 51) as remark, u(key, 52) as assigned
from (
    select said.*, rated_ms + (3600000 * exp(
            (case class when 0 then 3.2 when 1 then 4.6 else 5.6 end) + 1.2 * z(key, 39)
        ))::bigint as reviewed_ms
    from (
        select drawn.*, case when rating <= 2 then 0 when rating = 3 then 1 else 2 end as class,
            least(
                done_ms + (1000 * exp(least(pace + .8 * z(key, 36)
                    + case when u(key, 37) < .1 then 5.5 else 0 end, 13)))::bigint,
                done_ms + floor((:now_ms - done_ms) * u(key, 38))::bigint
            ) as rated_ms
        from (
            select picked.*, p.id as user_id, p.pace, p.talkative, p.language,
                greatest(1, least(5, round(
                    e.opinion + p.severity + p.noise * z(key, 31)
                )))::int::smallint as rating
            from (
                select n.id as run_id, n.i * 16 + j as key, n.entry, n.done_ms, n.asked_ms,
                    n.anchor, n.author,
                    case when n.ratings = 1 then
                        case when u(n.i, 21) < .65 then n.author else n.other end
                    else (
                        n.author + (j - 1) * (1 + floor(u(n.i, 22) * (:people - 1))::int)
                    ) % :people end as rater
                from demo_new n cross join lateral generate_series(1, n.ratings) as j
                offset 0
            ) as picked
            join demo_people p on p.place = picked.rater and p.joined_ms <= picked.asked_ms
            join demo_entries e on e.id = picked.entry
            offset 0
        ) as drawn
        offset 0
    ) as said
    offset 0
) as looked_at
"""

ADD_VERDICTS = """
insert into box_verdicts (id, run_id, user_id, box_index, verdict, created_at, updated_at)
select id(r.rated_ms, r.key * 64 + v.place, 'verdict'), r.run_id, r.user_id, v.place, v.verdict,
    at(r.rated_ms), at(r.rated_ms)
from demo_rated r join demo_verdicts v on v.entry = r.entry and v.variant = r.variant
order by r.key, v.place
"""

ADD_MISSED = """
insert into missed_boxes (id, run_id, user_id, label, x_min, y_min, x_max, y_max, created_at)
select id(r.rated_ms, r.key * 64 + m.place, 'missed'), r.run_id, r.user_id, m.label,
    m.x_min, m.y_min, m.x_max, m.y_max, at(r.rated_ms)
from demo_rated r join demo_missed m on m.entry = r.entry and m.variant = r.variant
order by r.key, m.place
"""

ADD_RATINGS = """
insert into feedback (
    id, run_id, user_id, model_id, task, rating, tags, comment, review_status, reviewer_id,
    corrected_text, said_at, rate_ms, assignee_id, fixed_in, note, answer, answered_at, created_at,
    updated_at, demo, run_status, latency_ms, phrases, top_score, temperature, top_p,
    box_threshold, text_threshold, verdicts, search
)
select id, run_id, user_id, model_id, task, rating, tags, comment, review_status, reviewer_id,
    corrected, at(rated_ms), greatest(0, rated_ms - done_ms),
    case
        when review_status = 'new' and assigned < .05 then someone
        when reviewer_id is not null and assigned < .3 then reviewer_id
    end,
    case when review_status = 'fixed' then next_revision end,
    case when reviewer_id is not null and remark < .05
        then (cast(:notes as text[]))[1 + floor(remark / .05 * :note_count)::int] else '' end,
    case when answered then (cast(:answers as text[]))[1 + floor(outcome * :answer_count)::int]
        else '' end,
    case when answered then at(reviewed_ms) end,
    at(rated_ms), at(said_ms), true, run_status, latency_ms, phrases, top_score,
    temperature, top_p, box_threshold, text_threshold, verdicts, search
from (
    select r.id, r.run_id, r.user_id, e.model_id, e.task, r.rating, t.tags,
        coalesce(c.comment, '') as comment, r.rated_ms, r.done_ms, r.reviewed_ms,
        coalesce(r.reviewed_ms, r.rated_ms) as said_ms, r.outcome, r.remark, r.assigned,
        case
            when r.reviewed_ms is null then 'new'
            when r.rating <= 3 and r.outcome < .12 then 'wont_fix'
            when r.rating <= 3 and r.outcome < .5 and e.next_revision is not null then 'fixed'
            else 'triaged'
        end as review_status,
        case when r.reviewed_ms is not null then p.id end as reviewer_id, p.id as someone,
        r.reviewed_ms is not null and r.rating <= 3 and r.remark > .88 as answered,
        case when r.rating <= 3 and r.corrects then e.corrected end as corrected,
        e.next_revision, e.status as run_status, n.latency_ms, e.phrases, e.top_score,
        e.temperature, e.top_p, e.box_threshold, e.text_threshold,
        coalesce(v.verdicts, '[]') as verdicts,
        case when c.search is null then e.search else c.search || e.search end as search
    from demo_rated r
    join demo_new n on n.id = r.run_id
    join demo_entries e on e.id = r.entry
    join demo_people p on p.place = r.reviewer
    join demo_tags t
        on t.task = e.task and t.issue = e.issue and t.rating = r.rating and t.number = r.tag_set
    left join demo_comments c
        on c.entry = r.entry and c.class = r.class and c.slot = r.slot
    left join demo_judged v on v.entry = r.entry and v.variant = r.variant
    order by r.key
) as whole
"""

ADD_EVENTS = """
insert into feedback_events (
    id, feedback_id, run_id, rater_id, actor_id, action, before, after, created_at
)
select id(r.rated_ms, r.key, 'rated'), r.id, r.run_id, r.user_id, r.user_id, 'rated', null::jsonb,
    jsonb_build_object('rating', f.rating, 'tags', f.tags, 'comment', f.comment), f.created_at
from demo_rated r join feedback f on f.id = r.id
where r.rated_ms >= :events_ms
union all
select id(r.reviewed_ms, r.key, 'reviewed'), r.id, r.run_id, r.user_id, f.reviewer_id, 'reviewed',
    '{"review_status": "new"}'::jsonb, jsonb_build_object('review_status', f.review_status),
    f.updated_at
from demo_rated r join feedback f on f.id = r.id
where r.rated_ms >= :events_ms and r.reviewed_ms is not null
"""

ADD_USAGE = """
insert into usage_days as kept (
    user_id, day, model_id, runs, prompt_tokens, completion_tokens
)
select p.id, (at(n.asked_ms) at time zone 'UTC')::date as day, e.model_id, count(*),
    sum(e.prompt_tokens), sum(e.completion_tokens)
from demo_new n
join demo_entries e on e.id = n.entry
join demo_people p on p.place = n.author
where e.task = 'generation'
group by p.id, day, e.model_id
order by p.id, day, e.model_id
on conflict (user_id, day, model_id) do update set runs = kept.runs + excluded.runs,
    prompt_tokens = kept.prompt_tokens + excluded.prompt_tokens,
    completion_tokens = kept.completion_tokens + excluded.completion_tokens
"""

ADD_REQUESTS = """
insert into rating_requests (run_id, user_id, asked_by, reference, created_at)
select n.id, p.id, asker.id,
    case when n.i / :anchors % 3 <> 2 then
        greatest(1, least(5, round(e.opinion)))::smallint end,
    at(n.done_ms)
from demo_new n
join demo_entries e on e.id = n.entry
join demo_people asker on asker.place = n.i % :reviewers
cross join lateral generate_series(2, 14) as j
join demo_people p on p.place = (
    n.author + (j - 1) * (1 + floor(u(n.i, 22) * (:people - 1))::int)
) % :people
where n.anchor and p.id <> asker.id and p.joined_ms <= n.asked_ms
on conflict do nothing
"""

BATCH = (
    NEW_RUNS,
    "analyze demo_new",
    ADD_RUNS,
    NEW_RATINGS,
    "analyze demo_rated",
    ADD_VERDICTS,
    ADD_MISSED,
    ADD_RATINGS,
    ADD_EVENTS,
    ADD_USAGE,
    ADD_REQUESTS,
)
"""Verdicts come before the ratings, so that their trigger finds no rating to bring up to date."""
