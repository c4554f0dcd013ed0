SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.account (
    issuer character varying NOT NULL,
    subject character varying NOT NULL,
    own_subject character varying NOT NULL,
    opened_at timestamp with time zone NOT NULL
);
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.application (
    application_id character varying NOT NULL,
    applicant_issuer character varying NOT NULL,
    applicant_subject character varying NOT NULL,
    title character varying NOT NULL,
    organisation character varying NOT NULL,
    dataset character varying NOT NULL,
    purpose jsonb NOT NULL,
    months bigint NOT NULL,
    submitted_at timestamp with time zone NOT NULL,
    state character varying NOT NULL,
    CONSTRAINT ck_application_state CHECK (((state)::text = ANY ((ARRAY['submitted'::character varying, 'granting'::character varying, 'granted'::character varying, 'refused'::character varying, 'lapsed'::character varying])::text[])))
);
CREATE TABLE public.consumer_offset (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    cluster_id text NOT NULL,
    topic_id text NOT NULL
);
CREATE TABLE public.ended_session (
    digest text NOT NULL,
    until timestamp with time zone NOT NULL
);
CREATE TABLE public.heartbeat (
    register character varying NOT NULL,
    jws character varying NOT NULL,
    signed_at timestamp with time zone NOT NULL
);
CREATE TABLE public.inbox (
    message_id text NOT NULL,
    received_at timestamp with time zone NOT NULL
);
CREATE TABLE public.outbox (
    id bigint NOT NULL,
    kind text NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    headers jsonb NOT NULL,
    value bytea NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_outbox_kind CHECK ((kind = ANY (ARRAY['entry'::text, 'message'::text])))
);
CREATE TABLE public.outbox_head (
    src text NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    head bytea NOT NULL,
    "position" bigint NOT NULL
);
ALTER TABLE public.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.pending_grant (
    application_id character varying NOT NULL,
    next_try_at timestamp with time zone NOT NULL,
    tries bigint NOT NULL,
    fault character varying
);
CREATE TABLE public.permit (
    permit_id character varying NOT NULL,
    application_id character varying NOT NULL,
    holder_issuer character varying NOT NULL,
    holder_subject character varying NOT NULL,
    holder_own_subject character varying NOT NULL,
    dataset character varying NOT NULL,
    regime character varying NOT NULL,
    purpose jsonb NOT NULL,
    cohort_id character varying NOT NULL,
    cohort_revision bigint NOT NULL,
    cohort_counts jsonb NOT NULL,
    cohort_digest character varying NOT NULL,
    cohort_manifest character varying NOT NULL,
    frozen_at timestamp with time zone NOT NULL,
    void_at timestamp with time zone NOT NULL,
    jws character varying NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    issued_at timestamp with time zone NOT NULL,
    not_before timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    members_now bigint NOT NULL,
    members_revision bigint NOT NULL,
    state character varying NOT NULL,
    attempt bigint NOT NULL,
    revision bigint,
    revoked_at timestamp with time zone,
    revoked_by_issuer character varying,
    revoked_by_subject character varying,
    revocation_reasons character varying,
    CONSTRAINT ck_permit_live_is_registered CHECK ((((state)::text <> 'live'::text) OR (revision IS NOT NULL))),
    CONSTRAINT ck_permit_revoked CHECK ((((state)::text = 'revoked'::text) = (revoked_at IS NOT NULL))),
    CONSTRAINT ck_permit_state CHECK (((state)::text = ANY ((ARRAY['issuing'::character varying, 'live'::character varying, 'revoked'::character varying, 'void'::character varying])::text[])))
);
CREATE TABLE public.permit_change (
    revision bigint NOT NULL,
    kind character varying NOT NULL,
    permit_id character varying NOT NULL,
    CONSTRAINT ck_permit_change_kind CHECK (((kind)::text = ANY ((ARRAY['permit.issued'::character varying, 'permit.revoked'::character varying])::text[])))
);
CREATE TABLE public.signature (
    application_id character varying NOT NULL,
    place bigint NOT NULL,
    authority_issuer character varying NOT NULL,
    authority_subject character varying NOT NULL,
    verdict character varying NOT NULL,
    reasons character varying NOT NULL,
    salt bytea NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    valid_until timestamp with time zone,
    CONSTRAINT ck_signature_verdict CHECK (((verdict)::text = ANY ((ARRAY['grant'::character varying, 'refuse'::character varying])::text[])))
);
INSERT INTO public.account (issuer, subject, own_subject, opened_at) VALUES ('http://127.0.0.1:43631', 'person-rita', '60yUzlV_ZGvH6syueKTzFpcinJQTYt0Z', '2026-11-29 21:48:13.696725+00');
INSERT INTO public.alembic_version (version_num) VALUES ('0002');
INSERT INTO public.application (application_id, applicant_issuer, applicant_subject, title, organisation, dataset, purpose, months, submitted_at, state) VALUES ('01a22947-b000-722a-bee7-5cf9458c588d', 'http://127.0.0.1:43631', 'person-rita', 'Rare variants of the heart', 'Institute of Examples', 'GDI-ZZ-DATASET-1', '{"users": [], "months": 12, "accepts": [], "methods": null, "project": null, "ancestry": null, "category": "HMB", "clinical": null, "diseases": [], "evidence": [], "countries": ["FI"], "commercial": false, "genetic_data": null, "organisation": {"id": null, "not_for_profit": null}}', 12, '2026-11-29 21:48:13.696725+00', 'granted');
INSERT INTO public.application (application_id, applicant_issuer, applicant_subject, title, organisation, dataset, purpose, months, submitted_at, state) VALUES ('01a22947-b2d2-7c6b-be6d-c74cd0f61406', 'http://127.0.0.1:43631', 'person-rita', 'Rare variants of the heart', 'Institute of Examples', 'GDI-ZZ-DATASET-1', '{"users": [], "months": 12, "accepts": [], "methods": null, "project": null, "ancestry": null, "category": "HMB", "clinical": null, "diseases": [], "evidence": [], "countries": ["FI"], "commercial": false, "genetic_data": null, "organisation": {"id": null, "not_for_profit": null}}', 12, '2026-11-29 21:48:14.418605+00', 'granted');
INSERT INTO public.application (application_id, applicant_issuer, applicant_subject, title, organisation, dataset, purpose, months, submitted_at, state) VALUES ('01a22947-b483-7c38-a52c-c7d03f8ca3e6', 'http://127.0.0.1:43631', 'person-rita', 'Rare variants of the heart', 'Institute of Examples', 'GDI-ZZ-DATASET-1', '{"users": [], "months": 12, "accepts": [], "methods": null, "project": null, "ancestry": null, "category": "HMB", "clinical": null, "diseases": [], "evidence": [], "countries": ["FI"], "commercial": false, "genetic_data": null, "organisation": {"id": null, "not_for_profit": null}}', 12, '2026-11-29 21:48:14.851603+00', 'submitted');
INSERT INTO public.application (application_id, applicant_issuer, applicant_subject, title, organisation, dataset, purpose, months, submitted_at, state) VALUES ('01a22947-b4a9-7cab-ac53-cc777b1560ab', 'http://127.0.0.1:43631', 'person-rita', 'Rare variants of the heart', 'Institute of Examples', 'GDI-ZZ-DATASET-1', '{"users": [], "months": 12, "accepts": [], "methods": null, "project": null, "ancestry": null, "category": "HMB", "clinical": null, "diseases": [], "evidence": [], "countries": ["FI"], "commercial": false, "genetic_data": null, "organisation": {"id": null, "not_for_profit": null}}', 12, '2026-11-29 21:48:14.889007+00', 'refused');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (1, 'entry', 'audit.zz.v1', 'zz/permit_service/1', '{"ce_id": "01a22947-b04c-7929-a9e5-053252bd8565", "ce_time": "2026-11-29T21:48:13.696725Z", "ce_type": "placet.application.submitted.v1", "ce_source": "zz/permit_service/1", "ce_sequence": "00000000000000000001", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-81cda221ea9dbcf95c5ce2709352eff7-a9e5053252bd8565-01"}', '\x7b2263223a7b226163746f72223a223236685352335333782b4d4b65527153412b48514e386143304c324e6d5a4179304636616e504d465439553d227d2c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230316132323934372d623034632d373932392d613965352d303533323532626438353635222c2270223a5b2244554f3a30303030303036225d2c22736571223a312c22737263223a227a7a2f7065726d69745f736572766963652f31222c227472223a223831636461323231656139646263663935633563653237303933353265666637222c227473223a22323032362d31312d32395432313a34383a31332e3639363732355a222c227479223a22706c616365742e6170706c69636174696f6e2e7375626d69747465642e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b226170706c69636174696f6e223a2230316132323934372d623030302d373232612d626565372d356366393435386335383864227d7d', '\x056163746f72855b4303218adaf71a9c9ae49d83f7fdf85a9ecb5ce705f3476fbe72dc7104de000000477b22636c69656e745f6964223a226465736b222c22697373223a22687474703a2f2f3132372e302e302e313a3433363331222c22737562223a22706572736f6e2d72697461227d', '2026-11-29 21:48:13.791548+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (2, 'entry', 'audit.zz.v1', 'zz/permit_service/1', '{"ce_id": "01a22947-b0c1-7877-9c01-edba334c76f5", "ce_time": "2026-11-29T21:48:13.839103Z", "ce_type": "placet.application.decided.v1", "ce_source": "zz/permit_service/1", "ce_sequence": "00000000000000000002", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-1cd0455185455517dda2438ce9b41bdb-9c01edba334c76f5-01"}', '\x7b2262223a22636f6e73656e745f67647072222c2263223a7b226163746f72223a224144533763676442314246436152505a477a6c64677069307430725438704f4e73396a54717377503435383d227d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230316132323934372d623063312d373837372d396330312d656462613333346337366635222c2270223a5b2244554f3a30303030303036225d2c227072223a225a7a38315676645636356247352b2f7863556379536a4c746b7471546a564d6f53634972454741434175633d222c22736571223a322c22737263223a227a7a2f7065726d69745f736572766963652f31222c227472223a223163643034353531383534353535313764646132343338636539623431626462222c227473223a22323032362d31312d32395432313a34383a31332e3833393130335a222c227479223a22706c616365742e6170706c69636174696f6e2e646563696465642e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b226170706c69636174696f6e223a2230316132323934372d623030302d373232612d626565372d356366393435386335383864222c22726561736f6e73223a224c6c7a644c4349416b564f31472b4e685a55776b3834316e342b53414e7358456b495671352b396b6147383d222c227374617465223a226772616e74696e67227d7d', '\x056163746f7264ec5c343dd5d49d19a9693c90bb551dc2b6606ec712fa37cb09c208eae24100000000477b22636c69656e745f6964223a226465736b222c22697373223a22687474703a2f2f3132372e302e302e313a3433363331222c22737562223a22706572736f6e2d646f7261227d', '2026-11-29 21:48:13.906157+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (3, 'entry', 'audit.zz.v1', 'zz/permit_service/1', '{"ce_id": "01a22947-b293-71a0-ad79-4cae4d3c33c9", "ce_time": "2026-11-29T21:48:14.312694Z", "ce_type": "placet.permit.issued.v1", "ce_source": "zz/permit_service/1", "ce_sequence": "00000000000000000003", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-1cd0455185455517dda2438ce9b41bdb-ad794cae4d3c33c9-01"}', '\x7b2262223a22636f6e73656e745f67647072222c2263223a7b226f626f223a22616d796f7a56547a434943436d73307958365444515358506f6563766c446f753644372b636d34497545343d222c227065726d6974223a22534f644f4e6e49756e343534355879482b36625177584a785567646d50354e5171596f7572645071676d343d227d2c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230316132323934372d623239332d373161302d616437392d346361653464336333336339222c2270223a5b2244554f3a30303030303036225d2c227072223a22365449725844714164714e4e47384d556d6e56363974454a4c6c74413572324276326a5239674d746e31733d222c22736571223a332c22737263223a227a7a2f7065726d69745f736572766963652f31222c227472223a223163643034353531383534353535313764646132343338636539623431626462222c227473223a22323032362d31312d32395432313a34383a31342e3331323639345a222c227479223a22706c616365742e7065726d69742e6973737565642e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b226170706c69636174696f6e223a2230316132323934372d623030302d373232612d626565372d356366393435386335383864222c22636f686f7274223a22636f686f72742d31222c22636f686f72745f7265766973696f6e223a312c22657870697265735f6174223a22323032372d31312d32395432313a34383a31332e3939323439345a222c226a7773223a223849373678627a2f43524561554b6d4a5362433374345135315a337830415838354155694d3546393239553d222c227265766973696f6e223a317d7d', '\x036f626f26d02a2b1400780fbf5c95ab64bedaf6a071a3077b868b559ea36e9bee36db0f000000347b22697373223a22687474703a2f2f3132372e302e302e313a3433363331222c22737562223a22706572736f6e2d72697461227d067065726d6974f2393be00e166b700ce070b3cc6d399c26d8ff311cb680842a92e72b12437c4d000000347b227065726d69745f6964223a2230316132323934372d623131342d376533302d613639612d636430313535323935613830227d', '2026-11-29 21:48:14.359608+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (4, 'entry', 'audit.zz.v1', 'zz/permit_service/1', '{"ce_id": "01a22947-b2e8-7021-aa5f-e1a43b2c8068", "ce_time": "2026-11-29T21:48:14.418605Z", "ce_type": "placet.application.submitted.v1", "ce_source": "zz/permit_service/1", "ce_sequence": "00000000000000000004", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-57e3823d7e35ace58f658ec54e69f4d9-aa5fe1a43b2c8068-01"}', '\x7b2263223a7b226163746f72223a227332304b576f67654c486972786f7530614f397463723270474337516f70546e574737444a4944747475553d227d2c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230316132323934372d623265382d373032312d616135662d653161343362326338303638222c2270223a5b2244554f3a30303030303036225d2c227072223a22542b677566493442634169586b344d42372b35477632356659757437504d32726c544d556350523571494d3d222c22736571223a342c22737263223a227a7a2f7065726d69745f736572766963652f31222c227472223a223537653338323364376533356163653538663635386563353465363966346439222c227473223a22323032362d31312d32395432313a34383a31342e3431383630355a222c227479223a22706c616365742e6170706c69636174696f6e2e7375626d69747465642e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b226170706c69636174696f6e223a2230316132323934372d623264322d376336622d626536642d633734636430663631343036227d7d', '\x056163746f72524f282ab753fde8fe6fdde18b4998d351a1b2d1e7df321e05e42ca20429a11a000000477b22636c69656e745f6964223a226465736b222c22697373223a22687474703a2f2f3132372e302e302e313a3433363331222c22737562223a22706572736f6e2d72697461227d', '2026-11-29 21:48:14.451333+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (5, 'entry', 'audit.zz.v1', 'zz/permit_service/1', '{"ce_id": "01a22947-b336-7401-8b45-cb72c89c4ab5", "ce_time": "2026-11-29T21:48:14.477608Z", "ce_type": "placet.application.decided.v1", "ce_source": "zz/permit_service/1", "ce_sequence": "00000000000000000005", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-7b76a4a8923d31968e2856ddbcda4991-8b45cb72c89c4ab5-01"}', '\x7b2262223a22636f6e73656e745f67647072222c2263223a7b226163746f72223a22342f504e78744c7a4236497976535a47756a3948566b443166353150365a6e76447331365762394a302b343d227d2c2264223a227065726d6974222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230316132323934372d623333362d373430312d386234352d636237326338396334616235222c2270223a5b2244554f3a30303030303036225d2c227072223a22782b37466c5a6963716f6c63334a397a342b6e436d334a3634327135655839326258704e3078494c7767343d222c22736571223a352c22737263223a227a7a2f7065726d69745f736572766963652f31222c227472223a223762373661346138393233643331393638653238353664646263646134393931222c227473223a22323032362d31312d32395432313a34383a31342e3437373630385a222c227479223a22706c616365742e6170706c69636174696f6e2e646563696465642e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b226170706c69636174696f6e223a2230316132323934372d623264322d376336622d626536642d633734636430663631343036222c22726561736f6e73223a22385641346b59673959475779633671386c7142347842594a59374c6c57665858326f49634a514c44326e633d222c227374617465223a226772616e74696e67227d7d', '\x056163746f72d31bccb9bf3e0c3ae90e4eec27e8e153bbcce4b08907d92365c6750f1a33c03d000000477b22636c69656e745f6964223a226465736b222c22697373223a22687474703a2f2f3132372e302e302e313a3433363331222c22737562223a22706572736f6e2d646f7261227d', '2026-11-29 21:48:14.524531+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (6, 'entry', 'audit.zz.v1', 'zz/permit_service/1', '{"ce_id": "01a22947-b3f8-74ae-9c9c-e088e5d80b26", "ce_time": "2026-11-29T21:48:14.660187Z", "ce_type": "placet.permit.issued.v1", "ce_source": "zz/permit_service/1", "ce_sequence": "00000000000000000006", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-7b76a4a8923d31968e2856ddbcda4991-9c9ce088e5d80b26-01"}', '\x7b2262223a22636f6e73656e745f67647072222c2263223a7b226f626f223a22733771316455446f7070747838705979624368616f437055705a475561586161724479632b5051647633553d222c227065726d6974223a2265714b6c793162656a4856435a70484e4e5145794b5963596c4868622b6d4436386e676f776f4b464e4c6b3d227d2c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230316132323934372d623366382d373461652d396339632d653038386535643830623236222c2270223a5b2244554f3a30303030303036225d2c227072223a224979764e427859332b5279796e6271634d756646425174614f6f54756d78696643486736513538626d2f593d222c22736571223a362c22737263223a227a7a2f7065726d69745f736572766963652f31222c227472223a223762373661346138393233643331393638653238353664646263646134393931222c227473223a22323032362d31312d32395432313a34383a31342e3636303138375a222c227479223a22706c616365742e7065726d69742e6973737565642e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b226170706c69636174696f6e223a2230316132323934372d623264322d376336622d626536642d633734636430663631343036222c22636f686f7274223a22636f686f72742d32222c22636f686f72745f7265766973696f6e223a312c22657870697265735f6174223a22323032372d31312d32395432313a34383a31342e3630313434315a222c226a7773223a2250583431394e5443466c6365496131544c446d72444b736559686d484e716542636a6671475164325a4c673d222c227265766973696f6e223a327d7d', '\x036f626f832f8ade8a3375d22ee2292afebe1640f011157d3a2908a0e501559c0ae83f0b000000347b22697373223a22687474703a2f2f3132372e302e302e313a3433363331222c22737562223a22706572736f6e2d72697461227d067065726d6974a463e80da13c9bb1d2958480b46d595cdfd9a70c97f4142c5c553045625d6ee3000000347b227065726d69745f6964223a2230316132323934372d623337622d373064342d623866612d656430653139666665346531227d', '2026-11-29 21:48:14.713507+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (7, 'entry', 'audit.zz.v1', 'zz/permit_service/1', '{"ce_id": "01a22947-b452-717e-ad52-7c3768925e34", "ce_time": "2026-11-29T21:48:14.778455Z", "ce_type": "placet.permit.revoked.v1", "ce_source": "zz/permit_service/1", "ce_sequence": "00000000000000000007", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-c557c39b8b72607e9fd96c356aaa75f9-ad527c3768925e34-01"}', '\x7b2262223a22636f6e73656e745f67647072222c2263223a7b226163746f72223a2258505a7058615a65665736516b45516e4a596e503265304f7254626b69464b6c78377a537661486f3265493d222c226f626f223a227441724b796736482b5632566e52394333446d4b5a5555496248616c414a58776559585a73573354554c513d222c227065726d6974223a2254466f67504f634f65586e37734455324b63373455616e6a343570526834674551752b62556d7957574d553d227d2c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230316132323934372d623435322d373137652d616435322d376333373638393235653334222c227072223a22566c7561496c5972695345626834446f6f4742644550524552374f2f416b443959437a4c436f6a444269673d222c22736571223a372c22737263223a227a7a2f7065726d69745f736572766963652f31222c227472223a226335353763333962386237323630376539666439366333353661616137356639222c227473223a22323032362d31312d32395432313a34383a31342e3737383435355a222c227479223a22706c616365742e7065726d69742e7265766f6b65642e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b226170706c69636174696f6e223a2230316132323934372d623264322d376336622d626536642d633734636430663631343036222c227265766973696f6e223a337d7d', '\x056163746f72b6b37b0a8b54a9b70466ea5f277194786a2a1e93ae0793dc90249534c0e25643000000477b22636c69656e745f6964223a226465736b222c22697373223a22687474703a2f2f3132372e302e302e313a3433363331222c22737562223a22706572736f6e2d646f7261227d036f626f607180012e1ea28952e23a8dfed571865d3bfc4e571d2827454f007509bcddf5000000347b22697373223a22687474703a2f2f3132372e302e302e313a3433363331222c22737562223a22706572736f6e2d72697461227d067065726d69740f71961f159e92afc33ce8c0a2b214349dcc9702d94d89a537aded4c00bfb12e000000347b227065726d69745f6964223a2230316132323934372d623337622d373064342d623866612d656430653139666665346531227d', '2026-11-29 21:48:14.815671+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (8, 'entry', 'audit.zz.v1', 'zz/permit_service/1', '{"ce_id": "01a22947-b488-7316-ac6e-d77909feca74", "ce_time": "2026-11-29T21:48:14.851603Z", "ce_type": "placet.application.submitted.v1", "ce_source": "zz/permit_service/1", "ce_sequence": "00000000000000000008", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-e54383098ce287fc419105cb2a1eb4ec-ac6ed77909feca74-01"}', '\x7b2263223a7b226163746f72223a226775552f4c694e415473615879525232694f757469394b7a365468684e6771504f453647526358545875383d227d2c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230316132323934372d623438382d373331362d616336652d643737393039666563613734222c2270223a5b2244554f3a30303030303036225d2c227072223a22417350506d744264524943346f72496275305946364a5057317956317a6b3768414636534e2f47476b686b3d222c22736571223a382c22737263223a227a7a2f7065726d69745f736572766963652f31222c227472223a226535343338333039386365323837666334313931303563623261316562346563222c227473223a22323032362d31312d32395432313a34383a31342e3835313630335a222c227479223a22706c616365742e6170706c69636174696f6e2e7375626d69747465642e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b226170706c69636174696f6e223a2230316132323934372d623438332d376333382d613532632d633764303366386361336536227d7d', '\x056163746f72c8e8727c9d89f8146f48b0b5114f700aa805bd7922389a16bbae75fe12f1df67000000477b22636c69656e745f6964223a226465736b222c22697373223a22687474703a2f2f3132372e302e302e313a3433363331222c22737562223a22706572736f6e2d72697461227d', '2026-11-29 21:48:14.864549+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (9, 'entry', 'audit.zz.v1', 'zz/permit_service/1', '{"ce_id": "01a22947-b4ab-7242-b921-a0acdc9734b7", "ce_time": "2026-11-29T21:48:14.889007Z", "ce_type": "placet.application.submitted.v1", "ce_source": "zz/permit_service/1", "ce_sequence": "00000000000000000009", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-b916fd3f6d6d51e715f8149c603da38e-b921a0acdc9734b7-01"}', '\x7b2263223a7b226163746f72223a2232304251565848746e664c3345665954545433584f74456f4777317877427835634344684c724b617169593d227d2c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230316132323934372d623461622d373234322d623932312d613061636463393733346237222c2270223a5b2244554f3a30303030303036225d2c227072223a2241684169392f3766415970514964746c37786872327361366f30455a4270644974776667324e6d4e4243733d222c22736571223a392c22737263223a227a7a2f7065726d69745f736572766963652f31222c227472223a226239313666643366366436643531653731356638313439633630336461333865222c227473223a22323032362d31312d32395432313a34383a31342e3838393030375a222c227479223a22706c616365742e6170706c69636174696f6e2e7375626d69747465642e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b226170706c69636174696f6e223a2230316132323934372d623461392d376361622d616335332d636337373762313536306162227d7d', '\x056163746f724f39f58e11100be7e15f43bca09aa48d7f93f4e971b9a4b6f49c35b72d378a8a000000477b22636c69656e745f6964223a226465736b222c22697373223a22687474703a2f2f3132372e302e302e313a3433363331222c22737562223a22706572736f6e2d72697461227d', '2026-11-29 21:48:14.89369+00');
INSERT INTO public.outbox (id, kind, topic, key, headers, value, sealed, created_at) OVERRIDING SYSTEM VALUE VALUES (10, 'entry', 'audit.zz.v1', 'zz/permit_service/1', '{"ce_id": "01a22947-b4c2-72ee-aa36-d89056bae222", "ce_time": "2026-11-29T21:48:14.909039Z", "ce_type": "placet.application.decided.v1", "ce_source": "zz/permit_service/1", "ce_sequence": "00000000000000000010", "content-type": "application/json", "ce_specversion": "1.0", "ce_traceparent": "00-922dbf3e996272e90ac3d1e790e469d0-aa36d89056bae222-01"}', '\x7b2262223a22636f6e73656e745f67647072222c2263223a7b226163746f72223a225355746b2b7a4b436e4f636c734d6630664f6b50564c4a584d7276446347466942534c726f685a506c54553d227d2c2264223a2264656e79222c226473223a224744492d5a5a2d444154415345542d31222c226570223a312c226964223a2230316132323934372d623463322d373265652d616133362d643839303536626165323232222c2270223a5b2244554f3a30303030303036225d2c227072223a22696866727163714f6450784b696e3547554a627462506f43507a336153524258424c78597370375436776f3d222c22736571223a31302c22737263223a227a7a2f7065726d69745f736572766963652f31222c227472223a223932326462663365393936323732653930616333643165373930653436396430222c227473223a22323032362d31312d32395432313a34383a31342e3930393033395a222c227479223a22706c616365742e6170706c69636174696f6e2e646563696465642e7631222c2276223a22706c616365742f656e7472792f7631222c2278223a7b226170706c69636174696f6e223a2230316132323934372d623461392d376361622d616335332d636337373762313536306162222c22726561736f6e73223a2245632f665a6b646b52314d4665413674612f35355a526439547737514b44374e346c38732f5874646233773d222c227374617465223a2272656675736564227d7d', '\x056163746f726524dfe61fc8cbfcb9f274987b9e7489e6150fd2b190460c7da5ce2ead5265e3000000477b22636c69656e745f6964223a226465736b222c22697373223a22687474703a2f2f3132372e302e302e313a3433363331222c22737562223a22706572736f6e2d646f7261227d', '2026-11-29 21:48:14.916822+00');
INSERT INTO public.outbox_head (src, epoch, seq, head, "position") VALUES ('zz/permit_service/1', 1, 10, '\x9c61ca5daeca7e2e263d95feabbefac089818844b0ab5960084906f5ec961b38', 3);
INSERT INTO public.permit (permit_id, application_id, holder_issuer, holder_subject, holder_own_subject, dataset, regime, purpose, cohort_id, cohort_revision, cohort_counts, cohort_digest, cohort_manifest, frozen_at, void_at, jws, decided_at, issued_at, not_before, expires_at, members_now, members_revision, state, attempt, revision, revoked_at, revoked_by_issuer, revoked_by_subject, revocation_reasons) VALUES ('01a22947-b114-7e30-a69a-cd0155295a80', '01a22947-b000-722a-bee7-5cf9458c588d', 'http://127.0.0.1:43631', 'person-rita', '60yUzlV_ZGvH6syueKTzFpcinJQTYt0Z', 'GDI-ZZ-DATASET-1', 'consent_gdpr', '{"users": [], "months": 12, "accepts": [], "methods": null, "project": null, "ancestry": null, "category": "HMB", "clinical": null, "diseases": [], "evidence": [], "countries": ["FI"], "commercial": false, "genetic_data": null, "organisation": {"id": null, "not_for_profit": null}}', 'cohort-1', 1, '{"in": 612, "out": 385, "members": 1000, "awaiting": 3}', 'c2FsdGVkIGRpZ2VzdA==', 'e30.e30.e30', '2026-11-29 21:48:13.991921+00', '2026-11-29 21:49:13.991921+00', 'eyJhbGciOiJFUzI1NiIsImtpZCI6IlFTMnpBRXRndkFjazNIVXdGM0FTQjkzVVBMTzRXNFVncmZVY3YyMzVLVzgiLCJ0eXAiOiJwbGFjZXQtcGVybWl0K2p3cyJ9.eyJhcHBsaWNhdGlvbl9pZCI6IjAxYTIyOTQ3LWIwMDAtNzIyYS1iZWU3LTVjZjk0NThjNTg4ZCIsImNvaG9ydCI6eyJjb2hvcnRfaWQiOiJjb2hvcnQtMSIsImNvdW50cyI6eyJhd2FpdGluZyI6IjwxMCIsImluIjo2MTAsIm1lbWJlcnMiOjEwMDAsIm91dCI6MzkwfSwiZGlnZXN0IjoiYzJGc2RHVmtJR1JwWjJWemRBPT0iLCJyZXZpc2lvbiI6MX0sImRhdGFzZXQiOiJHREktWlotREFUQVNFVC0xIiwiZGF0YXNldF91cmwiOiJodHRwczovL2RhdGEuenouZXhhbXBsZS9kYXRhc2V0cy9HREktWlotREFUQVNFVC0xIiwiZG9jdW1lbnQiOiJEYXRhIGFjY2VzcyBwZXJtaXQgb24gdGhlIGJhc2lzIG9mIHRoZSBwYXJ0aWNpcGFudHMnIGNvbnNlbnRcblxuUGVybWl0OiAwMWEyMjk0Ny1iMTE0LTdlMzAtYTY5YS1jZDAxNTUyOTVhODBcbkFwcGxpY2F0aW9uOiAwMWEyMjk0Ny1iMDAwLTcyMmEtYmVlNy01Y2Y5NDU4YzU4OGRcbklzc3VlZCBieTogaHR0cHM6Ly9hdXRob3JpdHkuenouZXhhbXBsZVxuSG9sZGVyOiA2MHlVemxWX1pHdkg2c3l1ZUtUekZwY2luSlFUWXQwWlxuRGF0YXNldDogR0RJLVpaLURBVEFTRVQtMVxuVmFsaWQgZnJvbTogMjAyNi0xMS0yOVQyMTo0ODoxMy45OTI0OTRaXG5WYWxpZCB1bnRpbDogMjAyNy0xMS0yOVQyMTo0ODoxMy45OTI0OTRaXG5cblB1cnBvc2U6XG4tIEhlYWx0aCwgbWVkaWNhbCBvciBiaW9tZWRpY2FsIHJlc2VhcmNoXG4tIE5vIGNvbW1lcmNpYWwgdXNlXG4tIEluOiBGSVxuXG5Db2hvcnQgY29ob3J0LTEgYXQgcmV2aXNpb24gMVxuKG51bWJlcnMgcm91bmRlZCB0byB0ZW5zKTpcbi0gcGVvcGxlIGluIHRoZSBkYXRhc2V0OiAxMDAwXG4tIHBlb3BsZSBpbjogNjEwXG4tIHBlb3BsZSBvdXQ6IDM5MFxuLSBwZW9wbGUgYXdhaXRpbmcgYSBydWxpbmcsIG91dCB1bnRpbCB0aGVuOiA8MTBcblxuQ29uZGl0aW9uczpcbi0gT25seSB0aGUgcGVvcGxlIGNvdW50ZWQgYXMgaW4gbWF5IGJlIHJlYWQsIGFuZCBlYWNoIG9mIHRoZW0gb25seSBhcyBsb25nIGFzIHRoZSBjb25zZW50IHN0YW5kczogd2hvZXZlciB3aXRoZHJhd3MgbGVhdmVzIHRoZSBjb2hvcnQgYXQgb25jZS5cbi0gVGhlIGRhdGEgbWF5IGJlIHVzZWQgZm9yIHRoZSBwdXJwb3NlIGFib3ZlIGFuZCBmb3Igbm90aGluZyBlbHNlLlxuLSBOb2JvZHkgbWF5IHRyeSB0byBmaW5kIG91dCB3aG8gYSBwYXJ0aWNpcGFudCBpcy5cbi0gRXZlcnkgcmVxdWVzdCBmb3IgdGhlIGRhdGEgaXMgZGVjaWRlZCBhbmQgcmVjb3JkZWQgb25lIGJ5IG9uZS5cbiIsImV4cGlyZXNfYXQiOiIyMDI3LTExLTI5VDIxOjQ4OjEzLjk5MjQ5NFoiLCJob2xkZXIiOnsic3ViIjoiNjB5VXpsVl9aR3ZINnN5dWVLVHpGcGNpbkpRVFl0MFoifSwiaXNzIjoiaHR0cDovLzEyNy4wLjAuMTo0NTc1MSIsImlzc3VlZF9hdCI6IjIwMjYtMTEtMjlUMjE6NDg6MTMuOTkyNDk0WiIsIm5vdF9iZWZvcmUiOiIyMDI2LTExLTI5VDIxOjQ4OjEzLjk5MjQ5NFoiLCJwZXJtaXRfaWQiOiIwMWEyMjk0Ny1iMTE0LTdlMzAtYTY5YS1jZDAxNTUyOTVhODAiLCJwdXJwb3NlIjp7ImFjY2VwdHMiOltdLCJhbmNlc3RyeSI6bnVsbCwiY2F0ZWdvcnkiOiJITUIiLCJjbGluaWNhbCI6bnVsbCwiY29tbWVyY2lhbCI6ZmFsc2UsImNvdW50cmllcyI6WyJGSSJdLCJkaXNlYXNlcyI6W10sImV2aWRlbmNlIjpbXSwiZ2VuZXRpY19kYXRhIjpudWxsLCJtZXRob2RzIjpudWxsLCJtb250aHMiOjEyLCJvcmdhbmlzYXRpb24iOnsiaWQiOm51bGwsIm5vdF9mb3JfcHJvZml0IjpudWxsfSwicHJvamVjdCI6bnVsbH0sInJlZ2ltZSI6ImNvbnNlbnRfZ2RwciIsInNpZ25hdHVyZXMiOlt7ImF1dGhvcml0eSI6Imh0dHBzOi8vYXV0aG9yaXR5Lnp6LmV4YW1wbGUiLCJkZWNpZGVkX2F0IjoiMjAyNi0xMS0yOVQyMTo0ODoxMy44MzkxMDNaIiwicmVhc29uc19kaWdlc3QiOiJMbHpkTENJQWtWTzFHK05oWlV3azg0MW40K1NBTnNYRWtJVnE1KzlrYUc4PSJ9XX0.DsMaG5RiR0yu0pAqcpUbIbMlXbeNOFrm8g6_SCkqqdtzcRFY4-93S8t9OXlipUrg4sObELGrkWnlsJfyqc4wGw', '2026-11-29 21:48:13.839103+00', '2026-11-29 21:48:13.992494+00', '2026-11-29 21:48:13.992494+00', '2027-11-29 21:48:13.992494+00', 612, 1, 'live', 1, 1, NULL, NULL, NULL, NULL);
INSERT INTO public.permit (permit_id, application_id, holder_issuer, holder_subject, holder_own_subject, dataset, regime, purpose, cohort_id, cohort_revision, cohort_counts, cohort_digest, cohort_manifest, frozen_at, void_at, jws, decided_at, issued_at, not_before, expires_at, members_now, members_revision, state, attempt, revision, revoked_at, revoked_by_issuer, revoked_by_subject, revocation_reasons) VALUES ('01a22947-b37b-70d4-b8fa-ed0e19ffe4e1', '01a22947-b2d2-7c6b-be6d-c74cd0f61406', 'http://127.0.0.1:43631', 'person-rita', '60yUzlV_ZGvH6syueKTzFpcinJQTYt0Z', 'GDI-ZZ-DATASET-1', 'consent_gdpr', '{"users": [], "months": 12, "accepts": [], "methods": null, "project": null, "ancestry": null, "category": "HMB", "clinical": null, "diseases": [], "evidence": [], "countries": ["FI"], "commercial": false, "genetic_data": null, "organisation": {"id": null, "not_for_profit": null}}', 'cohort-2', 1, '{"in": 612, "out": 385, "members": 1000, "awaiting": 3}', 'c2FsdGVkIGRpZ2VzdA==', 'e30.e30.e30', '2026-11-29 21:48:14.600621+00', '2026-11-29 21:49:14.600621+00', 'eyJhbGciOiJFUzI1NiIsImtpZCI6IlFTMnpBRXRndkFjazNIVXdGM0FTQjkzVVBMTzRXNFVncmZVY3YyMzVLVzgiLCJ0eXAiOiJwbGFjZXQtcGVybWl0K2p3cyJ9.eyJhcHBsaWNhdGlvbl9pZCI6IjAxYTIyOTQ3LWIyZDItN2M2Yi1iZTZkLWM3NGNkMGY2MTQwNiIsImNvaG9ydCI6eyJjb2hvcnRfaWQiOiJjb2hvcnQtMiIsImNvdW50cyI6eyJhd2FpdGluZyI6IjwxMCIsImluIjo2MTAsIm1lbWJlcnMiOjEwMDAsIm91dCI6MzkwfSwiZGlnZXN0IjoiYzJGc2RHVmtJR1JwWjJWemRBPT0iLCJyZXZpc2lvbiI6MX0sImRhdGFzZXQiOiJHREktWlotREFUQVNFVC0xIiwiZGF0YXNldF91cmwiOiJodHRwczovL2RhdGEuenouZXhhbXBsZS9kYXRhc2V0cy9HREktWlotREFUQVNFVC0xIiwiZG9jdW1lbnQiOiJEYXRhIGFjY2VzcyBwZXJtaXQgb24gdGhlIGJhc2lzIG9mIHRoZSBwYXJ0aWNpcGFudHMnIGNvbnNlbnRcblxuUGVybWl0OiAwMWEyMjk0Ny1iMzdiLTcwZDQtYjhmYS1lZDBlMTlmZmU0ZTFcbkFwcGxpY2F0aW9uOiAwMWEyMjk0Ny1iMmQyLTdjNmItYmU2ZC1jNzRjZDBmNjE0MDZcbklzc3VlZCBieTogaHR0cHM6Ly9hdXRob3JpdHkuenouZXhhbXBsZVxuSG9sZGVyOiA2MHlVemxWX1pHdkg2c3l1ZUtUekZwY2luSlFUWXQwWlxuRGF0YXNldDogR0RJLVpaLURBVEFTRVQtMVxuVmFsaWQgZnJvbTogMjAyNi0xMS0yOVQyMTo0ODoxNC42MDE0NDFaXG5WYWxpZCB1bnRpbDogMjAyNy0xMS0yOVQyMTo0ODoxNC42MDE0NDFaXG5cblB1cnBvc2U6XG4tIEhlYWx0aCwgbWVkaWNhbCBvciBiaW9tZWRpY2FsIHJlc2VhcmNoXG4tIE5vIGNvbW1lcmNpYWwgdXNlXG4tIEluOiBGSVxuXG5Db2hvcnQgY29ob3J0LTIgYXQgcmV2aXNpb24gMVxuKG51bWJlcnMgcm91bmRlZCB0byB0ZW5zKTpcbi0gcGVvcGxlIGluIHRoZSBkYXRhc2V0OiAxMDAwXG4tIHBlb3BsZSBpbjogNjEwXG4tIHBlb3BsZSBvdXQ6IDM5MFxuLSBwZW9wbGUgYXdhaXRpbmcgYSBydWxpbmcsIG91dCB1bnRpbCB0aGVuOiA8MTBcblxuQ29uZGl0aW9uczpcbi0gT25seSB0aGUgcGVvcGxlIGNvdW50ZWQgYXMgaW4gbWF5IGJlIHJlYWQsIGFuZCBlYWNoIG9mIHRoZW0gb25seSBhcyBsb25nIGFzIHRoZSBjb25zZW50IHN0YW5kczogd2hvZXZlciB3aXRoZHJhd3MgbGVhdmVzIHRoZSBjb2hvcnQgYXQgb25jZS5cbi0gVGhlIGRhdGEgbWF5IGJlIHVzZWQgZm9yIHRoZSBwdXJwb3NlIGFib3ZlIGFuZCBmb3Igbm90aGluZyBlbHNlLlxuLSBOb2JvZHkgbWF5IHRyeSB0byBmaW5kIG91dCB3aG8gYSBwYXJ0aWNpcGFudCBpcy5cbi0gRXZlcnkgcmVxdWVzdCBmb3IgdGhlIGRhdGEgaXMgZGVjaWRlZCBhbmQgcmVjb3JkZWQgb25lIGJ5IG9uZS5cbiIsImV4cGlyZXNfYXQiOiIyMDI3LTExLTI5VDIxOjQ4OjE0LjYwMTQ0MVoiLCJob2xkZXIiOnsic3ViIjoiNjB5VXpsVl9aR3ZINnN5dWVLVHpGcGNpbkpRVFl0MFoifSwiaXNzIjoiaHR0cDovLzEyNy4wLjAuMTo0NTc1MSIsImlzc3VlZF9hdCI6IjIwMjYtMTEtMjlUMjE6NDg6MTQuNjAxNDQxWiIsIm5vdF9iZWZvcmUiOiIyMDI2LTExLTI5VDIxOjQ4OjE0LjYwMTQ0MVoiLCJwZXJtaXRfaWQiOiIwMWEyMjk0Ny1iMzdiLTcwZDQtYjhmYS1lZDBlMTlmZmU0ZTEiLCJwdXJwb3NlIjp7ImFjY2VwdHMiOltdLCJhbmNlc3RyeSI6bnVsbCwiY2F0ZWdvcnkiOiJITUIiLCJjbGluaWNhbCI6bnVsbCwiY29tbWVyY2lhbCI6ZmFsc2UsImNvdW50cmllcyI6WyJGSSJdLCJkaXNlYXNlcyI6W10sImV2aWRlbmNlIjpbXSwiZ2VuZXRpY19kYXRhIjpudWxsLCJtZXRob2RzIjpudWxsLCJtb250aHMiOjEyLCJvcmdhbmlzYXRpb24iOnsiaWQiOm51bGwsIm5vdF9mb3JfcHJvZml0IjpudWxsfSwicHJvamVjdCI6bnVsbH0sInJlZ2ltZSI6ImNvbnNlbnRfZ2RwciIsInNpZ25hdHVyZXMiOlt7ImF1dGhvcml0eSI6Imh0dHBzOi8vYXV0aG9yaXR5Lnp6LmV4YW1wbGUiLCJkZWNpZGVkX2F0IjoiMjAyNi0xMS0yOVQyMTo0ODoxNC40Nzc2MDhaIiwicmVhc29uc19kaWdlc3QiOiI4VkE0a1lnOVlHV3ljNnE4bHFCNHhCWUpZN0xsV2ZYWDJvSWNKUUxEMm5jPSJ9XX0.zwgHvbLY_tLwFyr6194GJaZM6Z7o3nblLLgMF9wUXx1TEBZFsvqM4WUuKVp9I15VRAYMEwofVa4QU-lLDD7Kog', '2026-11-29 21:48:14.477608+00', '2026-11-29 21:48:14.601441+00', '2026-11-29 21:48:14.601441+00', '2027-11-29 21:48:14.601441+00', 612, 1, 'revoked', 1, 3, '2026-11-29 21:48:14.778455+00', 'http://127.0.0.1:43631', 'person-dora', 'The project has ended early.');
INSERT INTO public.permit_change (revision, kind, permit_id) VALUES (1, 'permit.issued', '01a22947-b114-7e30-a69a-cd0155295a80');
INSERT INTO public.permit_change (revision, kind, permit_id) VALUES (2, 'permit.issued', '01a22947-b37b-70d4-b8fa-ed0e19ffe4e1');
INSERT INTO public.permit_change (revision, kind, permit_id) VALUES (3, 'permit.revoked', '01a22947-b37b-70d4-b8fa-ed0e19ffe4e1');
INSERT INTO public.signature (application_id, place, authority_issuer, authority_subject, verdict, reasons, salt, decided_at, valid_until) VALUES ('01a22947-b000-722a-bee7-5cf9458c588d', 0, 'http://127.0.0.1:43631', 'person-dora', 'grant', 'Purpose and consents agree.', '\x3b495c3244009e20511ae142432b28d7d93dbb215c901d2a8a85ef03a114fec6', '2026-11-29 21:48:13.839103+00', NULL);
INSERT INTO public.signature (application_id, place, authority_issuer, authority_subject, verdict, reasons, salt, decided_at, valid_until) VALUES ('01a22947-b2d2-7c6b-be6d-c74cd0f61406', 0, 'http://127.0.0.1:43631', 'person-dora', 'grant', 'Purpose and consents agree.', '\x7cff37a57f4838d19150658c2af693df98835739020c3969005a6aade33a78d5', '2026-11-29 21:48:14.477608+00', NULL);
INSERT INTO public.signature (application_id, place, authority_issuer, authority_subject, verdict, reasons, salt, decided_at, valid_until) VALUES ('01a22947-b4a9-7cab-ac53-cc777b1560ab', 0, 'http://127.0.0.1:43631', 'person-dora', 'refuse', 'Purpose and consents agree.', '\x8ca6fcf57db5925ca91e1768a5d5cca95451298bcbd0bfac2b793fe7e5f6d622', '2026-11-29 21:48:14.909039+00', NULL);
SELECT pg_catalog.setval('public.outbox_id_seq', 10, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.account
    ADD CONSTRAINT pk_account PRIMARY KEY (issuer, subject);
ALTER TABLE ONLY public.application
    ADD CONSTRAINT pk_application PRIMARY KEY (application_id);
ALTER TABLE ONLY public.consumer_offset
    ADD CONSTRAINT pk_consumer_offset PRIMARY KEY (topic, partition);
ALTER TABLE ONLY public.ended_session
    ADD CONSTRAINT pk_ended_session PRIMARY KEY (digest);
ALTER TABLE ONLY public.heartbeat
    ADD CONSTRAINT pk_heartbeat PRIMARY KEY (register);
ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT pk_inbox PRIMARY KEY (message_id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT pk_outbox PRIMARY KEY (id);
ALTER TABLE ONLY public.outbox_head
    ADD CONSTRAINT pk_outbox_head PRIMARY KEY (src);
ALTER TABLE ONLY public.pending_grant
    ADD CONSTRAINT pk_pending_grant PRIMARY KEY (application_id);
ALTER TABLE ONLY public.permit
    ADD CONSTRAINT pk_permit PRIMARY KEY (permit_id);
ALTER TABLE ONLY public.permit_change
    ADD CONSTRAINT pk_permit_change PRIMARY KEY (revision);
ALTER TABLE ONLY public.signature
    ADD CONSTRAINT pk_signature PRIMARY KEY (application_id, place);
ALTER TABLE ONLY public.account
    ADD CONSTRAINT uq_account_own_subject UNIQUE (own_subject);
ALTER TABLE ONLY public.permit
    ADD CONSTRAINT uq_permit_application_id UNIQUE (application_id);
ALTER TABLE ONLY public.signature
    ADD CONSTRAINT uq_signature_application_id_authority_issuer_authority_subject UNIQUE (application_id, authority_issuer, authority_subject);
CREATE INDEX ix_application_applicant_issuer_applicant_subject ON public.application USING btree (applicant_issuer, applicant_subject);
CREATE INDEX ix_pending_grant_next_try_at ON public.pending_grant USING btree (next_try_at);
CREATE INDEX ix_permit_change_permit_id ON public.permit_change USING btree (permit_id);
CREATE INDEX ix_permit_holder_issuer_holder_subject ON public.permit USING btree (holder_issuer, holder_subject);
ALTER TABLE ONLY public.pending_grant
    ADD CONSTRAINT fk_pending_grant_application_id_application FOREIGN KEY (application_id) REFERENCES public.application(application_id);
ALTER TABLE ONLY public.permit
    ADD CONSTRAINT fk_permit_application_id_application FOREIGN KEY (application_id) REFERENCES public.application(application_id);
ALTER TABLE ONLY public.permit_change
    ADD CONSTRAINT fk_permit_change_permit_id_permit FOREIGN KEY (permit_id) REFERENCES public.permit(permit_id);
ALTER TABLE ONLY public.signature
    ADD CONSTRAINT fk_signature_application_id_application FOREIGN KEY (application_id) REFERENCES public.application(application_id);
