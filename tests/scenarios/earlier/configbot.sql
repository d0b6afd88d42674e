-- The bot's database as the commit before targets were stated wrote it: six changes in several states, a scheduled one, drafts of
-- each kind, notices, reminders, drift and audit. Never regenerated: what was written stays as it was written.
BEGIN TRANSACTION;
CREATE TABLE audit (
	position INTEGER NOT NULL, 
	id VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	event VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	org VARCHAR, 
	team VARCHAR, 
	user_id VARCHAR, 
	details TEXT NOT NULL, 
	CONSTRAINT pk_audit PRIMARY KEY (position), 
	CONSTRAINT uq_audit_id UNIQUE (id)
);
INSERT INTO "audit" VALUES(1,'01M8PWCZ7H6RHMFQMARNEYC8XN','2026-11-30 18:55:12.560865','change.requested','01M8PWCZ7GFX9766VQP6A6Q3QB','T0ACORN','T0ACORN','U0ADA','{"v":1,"actor":{"name":"ada","standing":"member","tz":"Europe/Madrid"},"facts":{"line":"deploy"}}');
INSERT INTO "audit" VALUES(2,'01M8PWCZAHJ0P4JG4X1015XB45','2026-11-30 18:55:12.655438','change.approved','01M8PWCZ7GFX9766VQP6A6Q3QB','T0ACORN','T0ACORN','U0RAVI','{"v":1,"actor":{"name":"ravi","standing":"member","tz":"Asia/Kolkata"},"facts":{}}');
INSERT INTO "audit" VALUES(3,'01M8PWCZAX2NVGKCKD0T97GA7C','2026-11-30 18:55:12.667490','change.applying','01M8PWCZ7GFX9766VQP6A6Q3QB',NULL,NULL,NULL,'{"v":1,"actor":null,"facts":{}}');
INSERT INTO "audit" VALUES(4,'01M8PWCZBVAZSGCSJ77P8QXC0F','2026-11-30 18:55:12.698611','change.sending','01M8PWCZ7GFX9766VQP6A6Q3QB',NULL,NULL,NULL,'{"v":1,"actor":null,"facts":{}}');
INSERT INTO "audit" VALUES(5,'01M8PWCZCXMA8XVXBWW4N8NJ0N','2026-11-30 18:55:12.733370','change.applied','01M8PWCZ7GFX9766VQP6A6Q3QB',NULL,NULL,NULL,'{"v":1,"actor":null,"facts":{"state":"applied"}}');
INSERT INTO "audit" VALUES(6,'01M8PWCZGRCQGS1A2A7HGF06YH','2026-11-30 18:55:12.856661','change.requested','01M8PWCZGRCQGS1A2A7HGF06YG','T0ACORN','T0ACORN','U0ADA','{"v":1,"actor":{"name":"ada","standing":"member","tz":"Europe/Madrid"},"facts":{"line":"deploy"}}');
INSERT INTO "audit" VALUES(7,'01M8PWCZMXZKZAS7SXSCPYB83W','2026-11-30 18:55:12.989622','change.rejected','01M8PWCZGRCQGS1A2A7HGF06YG','T0ACORN','T0ACORN','U0RAVI','{"v":1,"actor":{"name":"ravi","standing":"member","tz":"Asia/Kolkata"},"facts":{"comment":"not before Friday"}}');
INSERT INTO "audit" VALUES(8,'01M8PWCZQX6JB0Z6CVZK744AK1','2026-11-30 18:55:13.085006','change.requested','01M8PWCZQX6JB0Z6CVZK744AK0','T0ACORN','T0ACORN','U0ADA','{"v":1,"actor":{"name":"ada","standing":"member","tz":"Europe/Madrid"},"facts":{"line":"deploy"}}');
INSERT INTO "audit" VALUES(9,'01M8PWCZT5WSV144RAP325X37Q','2026-11-30 18:55:13.157686','change.withdrawn','01M8PWCZQX6JB0Z6CVZK744AK0','T0ACORN','T0ACORN','U0ADA','{"v":1,"actor":{"name":"ada","standing":"member","tz":"Europe/Madrid"},"facts":{}}');
INSERT INTO "audit" VALUES(10,'01M8PWCZWZQ0CEWWPKB03ETBMM','2026-11-30 18:55:13.247013','change.requested','01M8PWCZWZQ0CEWWPKB03ETBMK','T0ACORN','T0ACORN','U0ADA','{"v":1,"actor":{"name":"ada","standing":"member","tz":"Europe/Madrid"},"facts":{"line":"deploy"}}');
INSERT INTO "audit" VALUES(11,'01M8PWCZXKCNM07TPDVJFR38WV','2026-11-30 18:55:13.258382','change.applying','01M8PWCZWZQ0CEWWPKB03ETBMK',NULL,NULL,NULL,'{"v":1,"actor":null,"facts":{}}');
INSERT INTO "audit" VALUES(12,'01M8PWCZYFTKRQ3BWV5GS3DB5A','2026-11-30 18:55:13.294621','change.sending','01M8PWCZWZQ0CEWWPKB03ETBMK',NULL,NULL,NULL,'{"v":1,"actor":null,"facts":{}}');
INSERT INTO "audit" VALUES(13,'01M8PWCZYQX2H0SSWZBP3AAY8W','2026-11-30 18:55:13.303036','change.failed','01M8PWCZWZQ0CEWWPKB03ETBMK',NULL,NULL,NULL,'{"v":1,"actor":null,"facts":{"state":"failed","fault":"unreachable"}}');
INSERT INTO "audit" VALUES(14,'01M8PWD0DKZHCZNJWR22H2B59V','2026-11-30 19:00:13.771711','drift.found','registry:pr_zYrN672oPFSsHajhSEfZ5',NULL,NULL,NULL,'{"v":1,"actor":null,"facts":{"environment":"env_MfXcKh9uios5B56FCXm0H","drift":"01M8PWD0DER1G83PMZJYQAYE7Z","was":"config_YKWqXWS3FTqhYltdwHmQx","is":"config_FK8n1MVLq3pGrtH6Sc1ex"}}');
INSERT INTO "audit" VALUES(15,'01M8PWD0FKVD6GCX8N6JQY8FF4','2026-11-30 19:00:13.843423','change.requested','01M8PWD0FKVD6GCX8N6JQY8FF3','T0ACORN','T0ACORN','U0ADA','{"v":1,"actor":{"name":"ada","standing":"member","tz":"Europe/Madrid"},"facts":{"line":"deploy"}}');
INSERT INTO "audit" VALUES(16,'01M8PWD0H9G1EZ5MKBS1XQWQW1','2026-11-30 19:00:13.897320','change.requested','01M8PWD0H9G1EZ5MKBS1XQWQW0','T0ACORN','T0ACORN','U0ADA','{"v":1,"actor":{"name":"ada","standing":"member","tz":"Europe/Madrid"},"facts":{"line":"deploy"}}');
INSERT INTO "audit" VALUES(17,'01M8PWD0H9G1EZ5MKBS1XQWQW2','2026-11-30 19:00:13.897320','change.scheduled','01M8PWD0H9G1EZ5MKBS1XQWQW0',NULL,NULL,NULL,'{"v":1,"actor":null,"facts":{"due":"2026-11-30T21:00:13+00:00","zone":"Europe/Madrid"}}');
INSERT INTO "audit" VALUES(18,'01M8PWD0Q5W6D5TJVS8SQZ3P0J','2026-11-30 19:00:14.085971','reminder.snoozed','registry:ev_cI1nwVoIOX2Aq7d6ThbP0','T0ACORN','T0ACORN','U0ADA','{"v":1,"actor":{"name":"ada","standing":"member","tz":"Europe/Madrid"},"facts":{"until":"2026-11-30T20:00:14.079760+00:00"}}');
CREATE TABLE baselines (
	provider VARCHAR NOT NULL, 
	project_id VARCHAR NOT NULL, 
	environment_id VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	source VARCHAR NOT NULL, 
	change_id VARCHAR, 
	fingerprint VARCHAR NOT NULL, 
	details TEXT NOT NULL, 
	CONSTRAINT pk_baselines PRIMARY KEY (provider, project_id, environment_id)
);
INSERT INTO "baselines" VALUES('launchdarkly','support-assistant','production','2026-11-30 18:50:11.976960','seen',NULL,'1452a36e894af3ef','{"v":1,"served":{"rules":0,"live":"one","config":"warm-v1","version":"1","name":"Warm, first"},"by":"","content":{"messages":[["system","You answer tickets of the Acorn shop. Greet by name, be warm, and end with an offer to help."],["user","{{ question }}"]],"model":"gpt-4o","vendor":"OpenAI","parameters":{"temperature":0.3},"tools":{"lookup-order":{"version":1}},"response_format":null,"judges":{"answer-judge":0.1}}}');
INSERT INTO "baselines" VALUES('launchdarkly','support-assistant','development','2026-11-30 18:50:11.976960','seen',NULL,'5a647ad2a91321ff','{"v":1,"served":{"rules":0,"live":"one","config":"terse","version":"1","name":"Terse"},"by":"","content":{"messages":[["system","You answer tickets of the Acorn shop in at most two sentences."],["user","{{ question }}"]],"model":"gpt-4o-mini","vendor":"OpenAI","parameters":{"temperature":0.1},"tools":{"lookup-order":{"version":2}},"response_format":null,"judges":{}}}');
INSERT INTO "baselines" VALUES('launchdarkly','support-assistant','staging','2026-11-30 18:50:11.976960','seen',NULL,'6741a652eda85947','{"v":1,"served":{"rules":0,"live":"one","config":"warm-v2","version":"2","name":"Warm, shorter"},"by":"","content":{"messages":[["system","You answer tickets of the Acorn shop. Greet by name, name the order, answer in four sentences."],["user","{{ question }}"]],"model":"gpt-4o","vendor":"OpenAI","parameters":{"temperature":0.3,"max_tokens":400},"tools":{"lookup-order":{"version":2}},"response_format":null,"judges":{"answer-judge":0.1}}}');
INSERT INTO "baselines" VALUES('launchdarkly','search-answers','production','2026-11-30 18:50:11.977050','seen',NULL,'bce65a323c62ec41','{"v":1,"served":{"rules":0,"live":"split","weights":[["cited-v1",90000],["cited-v2",10000]],"context_kind":"user"},"by":"","content":null}');
INSERT INTO "baselines" VALUES('launchdarkly','search-answers','development','2026-11-30 18:50:11.977050','seen',NULL,'803f59d83623a76b','{"v":1,"served":{"rules":0,"live":"one","config":"cited-v2","version":"1","name":"Cited, says when it does not know"},"by":"","content":{"messages":[["system","Answer from the passages below and cite them. If they do not answer it, say so.\n{{ passages }}"],["user","{{ question }}"]],"model":"gpt-4o-mini","vendor":"OpenAI","parameters":{"temperature":0.2},"tools":{},"response_format":null,"judges":{}}}');
INSERT INTO "baselines" VALUES('launchdarkly','search-answers','staging','2026-11-30 18:50:11.977050','seen',NULL,'803f59d83623a76b','{"v":1,"served":{"rules":0,"live":"one","config":"cited-v2","version":"1","name":"Cited, says when it does not know"},"by":"","content":{"messages":[["system","Answer from the passages below and cite them. If they do not answer it, say so.\n{{ passages }}"],["user","{{ question }}"]],"model":"gpt-4o-mini","vendor":"OpenAI","parameters":{"temperature":0.2},"tools":{},"response_format":null,"judges":{}}}');
INSERT INTO "baselines" VALUES('registry','pr_zYrN672oPFSsHajhSEfZ5','env_MfXcKh9uios5B56FCXm0H','2026-11-30 18:50:11.973874','seen',NULL,'de28b11ac2deba9f','{"v":1,"served":{"rules":0,"live":"one","config":"config_YKWqXWS3FTqhYltdwHmQx","version":"config_YKWqXWS3FTqhYltdwHmQx","name":"triage v3"},"by":"","content":null}');
INSERT INTO "baselines" VALUES('registry','pr_zYrN672oPFSsHajhSEfZ5','env_rnmd6FI9qRBEC14t1vHzb','2026-11-30 18:50:11.973874','seen',NULL,'2650f9b6c7db9911','{"v":1,"served":{"rules":0,"live":"one","config":"config_xy7XUt7RlyfcujzJ9QITM","version":"config_xy7XUt7RlyfcujzJ9QITM","name":"triage v4"},"by":"","content":null}');
INSERT INTO "baselines" VALUES('registry','pr_zYrN672oPFSsHajhSEfZ5','env_aaJGbgd7PHMx5OocdUUac','2026-11-30 18:50:11.973874','seen',NULL,'2650f9b6c7db9911','{"v":1,"served":{"rules":0,"live":"one","config":"config_xy7XUt7RlyfcujzJ9QITM","version":"config_xy7XUt7RlyfcujzJ9QITM","name":"triage v4"},"by":"","content":null}');
INSERT INTO "baselines" VALUES('registry','pr_ORDxiZ398pvd5EIDhW0wi','env_MfXcKh9uios5B56FCXm0H','2026-11-30 18:55:12.733370','applied','01M8PWCZ7GFX9766VQP6A6Q3QB','0ec59d7504837cf8','{"v":1,"served":{"rules":0,"live":"one","config":"config_tdKBovy8I44qiQj0MpftB","version":"config_tdKBovy8I44qiQj0MpftB","name":"config_x"},"by":"","content":null}');
INSERT INTO "baselines" VALUES('registry','pr_ORDxiZ398pvd5EIDhW0wi','env_rnmd6FI9qRBEC14t1vHzb','2026-11-30 18:50:11.975238','seen',NULL,'15b0b9f0be05295e','{"v":1,"served":{"rules":0,"live":"one","config":"config_lnWyaQXd1Kl3mpTjd5uWn","version":"config_lnWyaQXd1Kl3mpTjd5uWn","name":"config_w"},"by":"","content":null}');
INSERT INTO "baselines" VALUES('registry','pr_ORDxiZ398pvd5EIDhW0wi','env_aaJGbgd7PHMx5OocdUUac','2026-11-30 18:50:11.975238','seen',NULL,'0ec59d7504837cf8','{"v":1,"served":{"rules":0,"live":"one","config":"config_tdKBovy8I44qiQj0MpftB","version":"config_tdKBovy8I44qiQj0MpftB","name":"config_x"},"by":"","content":null}');
CREATE TABLE changes (
	id VARCHAR NOT NULL, 
	number INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	is_open BOOLEAN NOT NULL, 
	provider VARCHAR NOT NULL, 
	project_id VARCHAR NOT NULL, 
	environment_id VARCHAR NOT NULL, 
	target_id VARCHAR, 
	requester_org VARCHAR NOT NULL, 
	requester_team VARCHAR NOT NULL, 
	requester_id VARCHAR NOT NULL, 
	origin_org VARCHAR NOT NULL, 
	origin_team VARCHAR NOT NULL, 
	origin_channel VARCHAR NOT NULL, 
	origin_thread VARCHAR, 
	undoes VARCHAR, 
	attempt VARCHAR NOT NULL, 
	lease_by VARCHAR, 
	lease_until DATETIME, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	expires_at DATETIME, 
	applied_at DATETIME, 
	revision INTEGER NOT NULL, 
	details TEXT NOT NULL, due_at DATETIME, 
	CONSTRAINT pk_changes PRIMARY KEY (id), 
	CONSTRAINT uq_changes_number UNIQUE (number)
);
INSERT INTO "changes" VALUES('01M8PWCZ7GFX9766VQP6A6Q3QB',1,'deploy','applied',0,'registry','pr_ORDxiZ398pvd5EIDhW0wi','env_MfXcKh9uios5B56FCXm0H','config_tdKBovy8I44qiQj0MpftB','T0ACORN','T0ACORN','U0ADA','T0ACORN','T0ACORN','C0DEPLOYS',NULL,NULL,'sending',NULL,NULL,'2026-11-30 18:55:12.560865','2026-11-30 18:55:12.734245','2026-12-01 18:55:12.560865','2026-11-30 18:55:12.733370',5,'{"v":1,"project":"Support reply","environment":{"provider":"registry","id":"env_MfXcKh9uios5B56FCXm0H","name":"production","default":true,"critical":false},"target":{"provider":"registry","project":"pr_ORDxiZ398pvd5EIDhW0wi","id":"config_tdKBovy8I44qiQj0MpftB","name":"config_x","version":"config_tdKBovy8I44qiQj0MpftB"},"source":null,"requester":{"name":"ada","standing":"member","tz":"Europe/Madrid"},"because":null,"due":null,"seen":{"base":{"rules":0,"live":"one","config":"config_lnWyaQXd1Kl3mpTjd5uWn","version":"config_lnWyaQXd1Kl3mpTjd5uWn","name":"config_w"},"rule":{"id":"built-in/one-approval","approvals":1,"requester_may_approve":false},"evidence":{"verdict":"pass","rows":[{"evaluator":"evfn_DeVI4vIqzbzoXkgv9V8lA","name":"Answer matches","live":0.84,"candidate":0.92,"trend":"better","doubt":null,"datapoints":25,"measured_at":"2026-11-28T19:05:11.191331+00:00"},{"evaluator":"evfn_pxDBqfuZFylT9TcnAgwew","name":"Polite enough","live":0.96,"candidate":0.96,"trend":"same","doubt":null,"datapoints":25,"measured_at":"2026-11-28T19:05:11.191331+00:00"},{"evaluator":"evfn_4UJ62V5G0rvrS78ugUVLS","name":"Latency in seconds","live":2.1,"candidate":1.7,"trend":"better","doubt":null,"datapoints":25,"measured_at":"2026-11-28T19:05:11.191331+00:00"}],"doubts":[],"rests_on":["ev_1k5AmJojDHOrIAanNKkcj","ev_9UgRdFeuEYniuB12Kyh6r"]},"base_config":{"provider":"registry","project":"pr_ORDxiZ398pvd5EIDhW0wi","id":"config_lnWyaQXd1Kl3mpTjd5uWn","name":"config_w","version":"config_lnWyaQXd1Kl3mpTjd5uWn"},"base_content":{"messages":[["system","You answer support questions for Acorn Labs. Be brief and kind. Look the order up before you promise anything. Name the help article that applies."],["user","{{customer}} writes:\n\n{{question}}"]],"model":"gpt-4o-mini","vendor":"openai","parameters":{"endpoint":"chat","max_tokens":350,"temperature":0.4,"top_p":1.0,"presence_penalty":0.0,"frequency_penalty":0.0},"tools":{"find_order":{"description":"Look an order up by its number","parameters":{"type":"object","properties":{"number":{"type":"string"}},"required":["number"]},"id":"oc_flCaPcBebkTRHufseltei"}},"response_format":null,"judges":{}},"target_content":{"messages":[["system","You answer support questions for Acorn Labs. Be brief and kind, and write in {{language}}. Look the order up before you promise anything. Search the help centre first and name the article that applies. If nothing applies, say so and hand over to a colleague."],["user","{{customer}} writes:\n\n{{question}}"]],"model":"gpt-4o","vendor":"openai","parameters":{"endpoint":"chat","max_tokens":350,"temperature":0.2,"top_p":1.0,"presence_penalty":0.0,"frequency_penalty":0.0},"tools":{"find_order":{"description":"Look an order up by its number","parameters":{"type":"object","properties":{"number":{"type":"string"}},"required":["number"]},"id":"oc_flCaPcBebkTRHufseltei"},"search_articles":{"description":"Search the help centre","parameters":{"type":"object","properties":{"words":{"type":"string"},"limit":{"type":"integer"}},"required":["words"]},"id":"oc_b7lQQwLzAczbqcfAjMYFq"}},"response_format":null,"judges":{}}},"split":null,"gate":null,"reasons":[],"problem":null}',NULL);
INSERT INTO "changes" VALUES('01M8PWCZGRCQGS1A2A7HGF06YG',2,'deploy','rejected',0,'registry','pr_ORDxiZ398pvd5EIDhW0wi','env_MfXcKh9uios5B56FCXm0H','config_vZ5zGGIXTWZf4cIVaifLB','T0ACORN','T0ACORN','U0ADA','T0ACORN','T0ACORN','C0DEPLOYS',NULL,NULL,'none',NULL,NULL,'2026-11-30 18:55:12.856661','2026-11-30 18:55:12.989716','2026-12-01 18:55:12.856661',NULL,2,'{"v":1,"project":"Support reply","environment":{"provider":"registry","id":"env_MfXcKh9uios5B56FCXm0H","name":"production","default":true,"critical":false},"target":{"provider":"registry","project":"pr_ORDxiZ398pvd5EIDhW0wi","id":"config_vZ5zGGIXTWZf4cIVaifLB","name":"config_v","version":"config_vZ5zGGIXTWZf4cIVaifLB"},"source":null,"requester":{"name":"ada","standing":"member","tz":"Europe/Madrid"},"because":null,"due":null,"seen":{"base":{"rules":0,"live":"one","config":"config_tdKBovy8I44qiQj0MpftB","version":"config_tdKBovy8I44qiQj0MpftB","name":"config_x"},"rule":{"id":"built-in/one-approval","approvals":1,"requester_may_approve":false},"evidence":{"verdict":"fail","rows":[{"evaluator":"evfn_DeVI4vIqzbzoXkgv9V8lA","name":"Answer matches","live":0.92,"candidate":0.72,"trend":"worse","doubt":null,"datapoints":25,"measured_at":"2026-10-21T19:05:11.191331+00:00"},{"evaluator":"evfn_pxDBqfuZFylT9TcnAgwew","name":"Polite enough","live":0.96,"candidate":0.96,"trend":"same","doubt":null,"datapoints":25,"measured_at":"2026-10-21T19:05:11.191331+00:00"},{"evaluator":"evfn_4UJ62V5G0rvrS78ugUVLS","name":"Latency in seconds","live":1.7,"candidate":2.4,"trend":"worse","doubt":null,"datapoints":25,"measured_at":"2026-10-21T19:05:11.191331+00:00"}],"doubts":[],"rests_on":["ev_1k5AmJojDHOrIAanNKkcj","ev_7GJjFgiwPYqkw8zykk0Jn"]},"base_config":{"provider":"registry","project":"pr_ORDxiZ398pvd5EIDhW0wi","id":"config_tdKBovy8I44qiQj0MpftB","name":"config_x","version":"config_tdKBovy8I44qiQj0MpftB"},"base_content":{"messages":[["system","You answer support questions for Acorn Labs. Be brief and kind, and write in {{language}}. Look the order up before you promise anything. Search the help centre first and name the article that applies. If nothing applies, say so and hand over to a colleague."],["user","{{customer}} writes:\n\n{{question}}"]],"model":"gpt-4o","vendor":"openai","parameters":{"endpoint":"chat","max_tokens":350,"temperature":0.2,"top_p":1.0,"presence_penalty":0.0,"frequency_penalty":0.0},"tools":{"find_order":{"description":"Look an order up by its number","parameters":{"type":"object","properties":{"number":{"type":"string"}},"required":["number"]},"id":"oc_flCaPcBebkTRHufseltei"},"search_articles":{"description":"Search the help centre","parameters":{"type":"object","properties":{"words":{"type":"string"},"limit":{"type":"integer"}},"required":["words"]},"id":"oc_b7lQQwLzAczbqcfAjMYFq"}},"response_format":null,"judges":{}},"target_content":{"messages":[["system","You answer support questions for Acorn Labs. Be brief and helpful. Name the help article that applies."],["user","{{customer}} writes:\n\n{{question}}"]],"model":"gpt-4o-mini","vendor":"openai","parameters":{"endpoint":"chat","max_tokens":300,"temperature":0.5,"top_p":1.0,"presence_penalty":0.0,"frequency_penalty":0.0},"tools":{},"response_format":null,"judges":{}}},"split":null,"gate":null,"reasons":[],"problem":null}',NULL);
INSERT INTO "changes" VALUES('01M8PWCZQX6JB0Z6CVZK744AK0',3,'deploy','withdrawn',0,'registry','pr_ORDxiZ398pvd5EIDhW0wi','env_MfXcKh9uios5B56FCXm0H','config_vZ5zGGIXTWZf4cIVaifLB','T0ACORN','T0ACORN','U0ADA','T0ACORN','T0ACORN','C0DEPLOYS',NULL,NULL,'none',NULL,NULL,'2026-11-30 18:55:13.085006','2026-11-30 18:55:13.157784','2026-12-01 18:55:13.085006',NULL,2,'{"v":1,"project":"Support reply","environment":{"provider":"registry","id":"env_MfXcKh9uios5B56FCXm0H","name":"production","default":true,"critical":false},"target":{"provider":"registry","project":"pr_ORDxiZ398pvd5EIDhW0wi","id":"config_vZ5zGGIXTWZf4cIVaifLB","name":"config_v","version":"config_vZ5zGGIXTWZf4cIVaifLB"},"source":null,"requester":{"name":"ada","standing":"member","tz":"Europe/Madrid"},"because":null,"due":null,"seen":{"base":{"rules":0,"live":"one","config":"config_tdKBovy8I44qiQj0MpftB","version":"config_tdKBovy8I44qiQj0MpftB","name":"config_x"},"rule":{"id":"built-in/one-approval","approvals":1,"requester_may_approve":false},"evidence":{"verdict":"fail","rows":[{"evaluator":"evfn_DeVI4vIqzbzoXkgv9V8lA","name":"Answer matches","live":0.92,"candidate":0.72,"trend":"worse","doubt":null,"datapoints":25,"measured_at":"2026-10-21T19:05:11.191331+00:00"},{"evaluator":"evfn_pxDBqfuZFylT9TcnAgwew","name":"Polite enough","live":0.96,"candidate":0.96,"trend":"same","doubt":null,"datapoints":25,"measured_at":"2026-10-21T19:05:11.191331+00:00"},{"evaluator":"evfn_4UJ62V5G0rvrS78ugUVLS","name":"Latency in seconds","live":1.7,"candidate":2.4,"trend":"worse","doubt":null,"datapoints":25,"measured_at":"2026-10-21T19:05:11.191331+00:00"}],"doubts":[],"rests_on":["ev_1k5AmJojDHOrIAanNKkcj","ev_7GJjFgiwPYqkw8zykk0Jn"]},"base_config":{"provider":"registry","project":"pr_ORDxiZ398pvd5EIDhW0wi","id":"config_tdKBovy8I44qiQj0MpftB","name":"config_x","version":"config_tdKBovy8I44qiQj0MpftB"},"base_content":{"messages":[["system","You answer support questions for Acorn Labs. Be brief and kind, and write in {{language}}. Look the order up before you promise anything. Search the help centre first and name the article that applies. If nothing applies, say so and hand over to a colleague."],["user","{{customer}} writes:\n\n{{question}}"]],"model":"gpt-4o","vendor":"openai","parameters":{"endpoint":"chat","max_tokens":350,"temperature":0.2,"top_p":1.0,"presence_penalty":0.0,"frequency_penalty":0.0},"tools":{"find_order":{"description":"Look an order up by its number","parameters":{"type":"object","properties":{"number":{"type":"string"}},"required":["number"]},"id":"oc_flCaPcBebkTRHufseltei"},"search_articles":{"description":"Search the help centre","parameters":{"type":"object","properties":{"words":{"type":"string"},"limit":{"type":"integer"}},"required":["words"]},"id":"oc_b7lQQwLzAczbqcfAjMYFq"}},"response_format":null,"judges":{}},"target_content":{"messages":[["system","You answer support questions for Acorn Labs. Be brief and helpful. Name the help article that applies."],["user","{{customer}} writes:\n\n{{question}}"]],"model":"gpt-4o-mini","vendor":"openai","parameters":{"endpoint":"chat","max_tokens":300,"temperature":0.5,"top_p":1.0,"presence_penalty":0.0,"frequency_penalty":0.0},"tools":{},"response_format":null,"judges":{}}},"split":null,"gate":null,"reasons":[],"problem":null}',NULL);
INSERT INTO "changes" VALUES('01M8PWCZWZQ0CEWWPKB03ETBMK',4,'deploy','failed',0,'registry','pr_ORDxiZ398pvd5EIDhW0wi','env_rnmd6FI9qRBEC14t1vHzb','config_vZ5zGGIXTWZf4cIVaifLB','T0ACORN','T0ACORN','U0ADA','T0ACORN','T0ACORN','C0DEPLOYS',NULL,NULL,'sending',NULL,NULL,'2026-11-30 18:55:13.247013','2026-11-30 18:55:13.305336',NULL,NULL,4,'{"v":1,"project":"Support reply","environment":{"provider":"registry","id":"env_rnmd6FI9qRBEC14t1vHzb","name":"staging","default":false,"critical":false},"target":{"provider":"registry","project":"pr_ORDxiZ398pvd5EIDhW0wi","id":"config_vZ5zGGIXTWZf4cIVaifLB","name":"config_v","version":"config_vZ5zGGIXTWZf4cIVaifLB"},"source":null,"requester":{"name":"ada","standing":"member","tz":"Europe/Madrid"},"because":null,"due":null,"seen":{"base":{"rules":0,"live":"one","config":"config_lnWyaQXd1Kl3mpTjd5uWn","version":"config_lnWyaQXd1Kl3mpTjd5uWn","name":"config_w"},"rule":{"id":"built-in/open-environment","approvals":0,"requester_may_approve":false},"evidence":{"verdict":"fail","rows":[{"evaluator":"evfn_DeVI4vIqzbzoXkgv9V8lA","name":"Answer matches","live":0.84,"candidate":0.72,"trend":"worse","doubt":null,"datapoints":25,"measured_at":"2026-10-21T19:05:11.191331+00:00"},{"evaluator":"evfn_pxDBqfuZFylT9TcnAgwew","name":"Polite enough","live":0.96,"candidate":0.96,"trend":"same","doubt":null,"datapoints":25,"measured_at":"2026-10-21T19:05:11.191331+00:00"},{"evaluator":"evfn_4UJ62V5G0rvrS78ugUVLS","name":"Latency in seconds","live":2.1,"candidate":2.4,"trend":"worse","doubt":null,"datapoints":25,"measured_at":"2026-10-21T19:05:11.191331+00:00"}],"doubts":[],"rests_on":["ev_7GJjFgiwPYqkw8zykk0Jn","ev_9UgRdFeuEYniuB12Kyh6r"]},"base_config":{"provider":"registry","project":"pr_ORDxiZ398pvd5EIDhW0wi","id":"config_lnWyaQXd1Kl3mpTjd5uWn","name":"config_w","version":"config_lnWyaQXd1Kl3mpTjd5uWn"},"base_content":{"messages":[["system","You answer support questions for Acorn Labs. Be brief and kind. Look the order up before you promise anything. Name the help article that applies."],["user","{{customer}} writes:\n\n{{question}}"]],"model":"gpt-4o-mini","vendor":"openai","parameters":{"endpoint":"chat","max_tokens":350,"temperature":0.4,"top_p":1.0,"presence_penalty":0.0,"frequency_penalty":0.0},"tools":{"find_order":{"description":"Look an order up by its number","parameters":{"type":"object","properties":{"number":{"type":"string"}},"required":["number"]},"id":"oc_flCaPcBebkTRHufseltei"}},"response_format":null,"judges":{}},"target_content":{"messages":[["system","You answer support questions for Acorn Labs. Be brief and helpful. Name the help article that applies."],["user","{{customer}} writes:\n\n{{question}}"]],"model":"gpt-4o-mini","vendor":"openai","parameters":{"endpoint":"chat","max_tokens":300,"temperature":0.5,"top_p":1.0,"presence_penalty":0.0,"frequency_penalty":0.0},"tools":{},"response_format":null,"judges":{}}},"split":null,"gate":null,"reasons":[],"problem":{"fault":"unreachable","provider":"registry","doing":"making config_v of Support reply live in staging","status":null,"detail":"no connection","retry_after":null,"reference":"r-vx8k78","said":false}}',NULL);
INSERT INTO "changes" VALUES('01M8PWD0FKVD6GCX8N6JQY8FF3',5,'deploy','waiting for approval',1,'registry','pr_ORDxiZ398pvd5EIDhW0wi','env_MfXcKh9uios5B56FCXm0H','config_vZ5zGGIXTWZf4cIVaifLB','T0ACORN','T0ACORN','U0ADA','T0ACORN','T0ACORN','C0DEPLOYS',NULL,NULL,'none',NULL,NULL,'2026-11-30 19:00:13.843423','2026-11-30 19:00:13.843423','2026-12-01 19:00:13.843423',NULL,1,'{"v":1,"project":"Support reply","environment":{"provider":"registry","id":"env_MfXcKh9uios5B56FCXm0H","name":"production","default":true,"critical":false},"target":{"provider":"registry","project":"pr_ORDxiZ398pvd5EIDhW0wi","id":"config_vZ5zGGIXTWZf4cIVaifLB","name":"config_v","version":"config_vZ5zGGIXTWZf4cIVaifLB"},"source":null,"requester":{"name":"ada","standing":"member","tz":"Europe/Madrid"},"because":null,"due":null,"seen":{"base":{"rules":0,"live":"one","config":"config_tdKBovy8I44qiQj0MpftB","version":"config_tdKBovy8I44qiQj0MpftB","name":"config_x"},"rule":{"id":"built-in/one-approval","approvals":1,"requester_may_approve":false},"evidence":{"verdict":"fail","rows":[{"evaluator":"evfn_DeVI4vIqzbzoXkgv9V8lA","name":"Answer matches","live":0.92,"candidate":0.72,"trend":"worse","doubt":null,"datapoints":25,"measured_at":"2026-10-21T19:05:11.191331+00:00"},{"evaluator":"evfn_pxDBqfuZFylT9TcnAgwew","name":"Polite enough","live":0.96,"candidate":0.96,"trend":"same","doubt":null,"datapoints":25,"measured_at":"2026-10-21T19:05:11.191331+00:00"},{"evaluator":"evfn_4UJ62V5G0rvrS78ugUVLS","name":"Latency in seconds","live":1.7,"candidate":2.4,"trend":"worse","doubt":null,"datapoints":25,"measured_at":"2026-10-21T19:05:11.191331+00:00"}],"doubts":[],"rests_on":["ev_1k5AmJojDHOrIAanNKkcj","ev_7GJjFgiwPYqkw8zykk0Jn"]},"base_config":{"provider":"registry","project":"pr_ORDxiZ398pvd5EIDhW0wi","id":"config_tdKBovy8I44qiQj0MpftB","name":"config_x","version":"config_tdKBovy8I44qiQj0MpftB"},"base_content":{"messages":[["system","You answer support questions for Acorn Labs. Be brief and kind, and write in {{language}}. Look the order up before you promise anything. Search the help centre first and name the article that applies. If nothing applies, say so and hand over to a colleague."],["user","{{customer}} writes:\n\n{{question}}"]],"model":"gpt-4o","vendor":"openai","parameters":{"endpoint":"chat","max_tokens":350,"temperature":0.2,"top_p":1.0,"presence_penalty":0.0,"frequency_penalty":0.0},"tools":{"find_order":{"description":"Look an order up by its number","parameters":{"type":"object","properties":{"number":{"type":"string"}},"required":["number"]},"id":"oc_flCaPcBebkTRHufseltei"},"search_articles":{"description":"Search the help centre","parameters":{"type":"object","properties":{"words":{"type":"string"},"limit":{"type":"integer"}},"required":["words"]},"id":"oc_b7lQQwLzAczbqcfAjMYFq"}},"response_format":null,"judges":{}},"target_content":{"messages":[["system","You answer support questions for Acorn Labs. Be brief and helpful. Name the help article that applies."],["user","{{customer}} writes:\n\n{{question}}"]],"model":"gpt-4o-mini","vendor":"openai","parameters":{"endpoint":"chat","max_tokens":300,"temperature":0.5,"top_p":1.0,"presence_penalty":0.0,"frequency_penalty":0.0},"tools":{},"response_format":null,"judges":{}}},"split":null,"gate":null,"reasons":[],"problem":null}',NULL);
INSERT INTO "changes" VALUES('01M8PWD0H9G1EZ5MKBS1XQWQW0',6,'deploy','scheduled',0,'registry','pr_ORDxiZ398pvd5EIDhW0wi','env_rnmd6FI9qRBEC14t1vHzb','config_tdKBovy8I44qiQj0MpftB','T0ACORN','T0ACORN','U0ADA','T0ACORN','T0ACORN','C0DEPLOYS',NULL,NULL,'none',NULL,NULL,'2026-11-30 19:00:13.897320','2026-11-30 19:00:13.897320',NULL,NULL,1,'{"v":1,"project":"Support reply","environment":{"provider":"registry","id":"env_rnmd6FI9qRBEC14t1vHzb","name":"staging","default":false,"critical":false},"target":{"provider":"registry","project":"pr_ORDxiZ398pvd5EIDhW0wi","id":"config_tdKBovy8I44qiQj0MpftB","name":"config_x","version":"config_tdKBovy8I44qiQj0MpftB"},"source":null,"requester":{"name":"ada","standing":"member","tz":"Europe/Madrid"},"because":null,"due":{"words":"in 2h","zone":"Europe/Madrid","oddity":null},"seen":{"base":{"rules":0,"live":"one","config":"config_lnWyaQXd1Kl3mpTjd5uWn","version":"config_lnWyaQXd1Kl3mpTjd5uWn","name":"config_w"},"rule":{"id":"built-in/open-environment","approvals":0,"requester_may_approve":false},"evidence":{"verdict":"pass","rows":[{"evaluator":"evfn_DeVI4vIqzbzoXkgv9V8lA","name":"Answer matches","live":0.84,"candidate":0.92,"trend":"better","doubt":null,"datapoints":25,"measured_at":"2026-11-28T19:05:11.191331+00:00"},{"evaluator":"evfn_pxDBqfuZFylT9TcnAgwew","name":"Polite enough","live":0.96,"candidate":0.96,"trend":"same","doubt":null,"datapoints":25,"measured_at":"2026-11-28T19:05:11.191331+00:00"},{"evaluator":"evfn_4UJ62V5G0rvrS78ugUVLS","name":"Latency in seconds","live":2.1,"candidate":1.7,"trend":"better","doubt":null,"datapoints":25,"measured_at":"2026-11-28T19:05:11.191331+00:00"}],"doubts":[],"rests_on":["ev_1k5AmJojDHOrIAanNKkcj","ev_9UgRdFeuEYniuB12Kyh6r"]},"base_config":{"provider":"registry","project":"pr_ORDxiZ398pvd5EIDhW0wi","id":"config_lnWyaQXd1Kl3mpTjd5uWn","name":"config_w","version":"config_lnWyaQXd1Kl3mpTjd5uWn"},"base_content":{"messages":[["system","You answer support questions for Acorn Labs. Be brief and kind. Look the order up before you promise anything. Name the help article that applies."],["user","{{customer}} writes:\n\n{{question}}"]],"model":"gpt-4o-mini","vendor":"openai","parameters":{"endpoint":"chat","max_tokens":350,"temperature":0.4,"top_p":1.0,"presence_penalty":0.0,"frequency_penalty":0.0},"tools":{"find_order":{"description":"Look an order up by its number","parameters":{"type":"object","properties":{"number":{"type":"string"}},"required":["number"]},"id":"oc_flCaPcBebkTRHufseltei"}},"response_format":null,"judges":{}},"target_content":{"messages":[["system","You answer support questions for Acorn Labs. Be brief and kind, and write in {{language}}. Look the order up before you promise anything. Search the help centre first and name the article that applies. If nothing applies, say so and hand over to a colleague."],["user","{{customer}} writes:\n\n{{question}}"]],"model":"gpt-4o","vendor":"openai","parameters":{"endpoint":"chat","max_tokens":350,"temperature":0.2,"top_p":1.0,"presence_penalty":0.0,"frequency_penalty":0.0},"tools":{"find_order":{"description":"Look an order up by its number","parameters":{"type":"object","properties":{"number":{"type":"string"}},"required":["number"]},"id":"oc_flCaPcBebkTRHufseltei"},"search_articles":{"description":"Search the help centre","parameters":{"type":"object","properties":{"words":{"type":"string"},"limit":{"type":"integer"}},"required":["words"]},"id":"oc_b7lQQwLzAczbqcfAjMYFq"}},"response_format":null,"judges":{}}},"split":null,"gate":null,"reasons":[],"problem":null}','2026-11-30 21:00:13.000000');
CREATE TABLE counters (
	name VARCHAR NOT NULL, 
	value INTEGER NOT NULL, 
	CONSTRAINT pk_counters PRIMARY KEY (name)
);
INSERT INTO "counters" VALUES('change',6);
CREATE TABLE decisions (
	change_id VARCHAR NOT NULL, 
	org VARCHAR NOT NULL, 
	user_id VARCHAR NOT NULL, 
	team VARCHAR NOT NULL, 
	say VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	details TEXT NOT NULL, 
	CONSTRAINT pk_decisions PRIMARY KEY (change_id, org, user_id), 
	CONSTRAINT fk_decisions_change_id FOREIGN KEY(change_id) REFERENCES changes (id)
);
INSERT INTO "decisions" VALUES('01M8PWCZ7GFX9766VQP6A6Q3QB','T0ACORN','U0RAVI','T0ACORN','approve','2026-11-30 18:55:12.655438','{"v":1,"actor":{"name":"ravi","standing":"member","tz":"Asia/Kolkata"},"comment":""}');
INSERT INTO "decisions" VALUES('01M8PWCZGRCQGS1A2A7HGF06YG','T0ACORN','U0RAVI','T0ACORN','reject','2026-11-30 18:55:12.988428','{"v":1,"actor":{"name":"ravi","standing":"member","tz":"Asia/Kolkata"},"comment":"not before Friday"}');
CREATE TABLE drafts (
	id VARCHAR NOT NULL, 
	org VARCHAR NOT NULL, 
	user_id VARCHAR NOT NULL, 
	text TEXT NOT NULL, 
	expires_at DATETIME NOT NULL, 
	CONSTRAINT pk_drafts PRIMARY KEY (id)
);
INSERT INTO "drafts" VALUES('01M8PWD0K3JFFSVQSHT6SFR6Z1','T0ACORN','U0ADA','deploy config_x to production','2026-12-07 19:00:13.955090');
INSERT INTO "drafts" VALUES('01M8PWD0MFZQZHF8D5PYP2TK78','T0ACORN','U0ADA','{"provider":"launchdarkly","project":{"provider":"launchdarkly","id":"support-assistant","name":"Support assistant"},"old":{"name":null,"directory":null,"description":null,"tags":["support","customer-facing"],"maintainer":null,"metric":null,"inverted":null},"new":{"name":null,"directory":null,"description":null,"tags":["support","customer-facing","checked"],"maintainer":null,"metric":null,"inverted":null}}','2026-12-07 19:00:13.999478');
INSERT INTO "drafts" VALUES('01M8PWD0NZSZHY3WH7JV2SG6QH','T0ACORN','U0ADA','{"kind":"deploy","project":{"provider":"launchdarkly","id":"search-answers","name":"Search answers"},"environment":{"provider":"launchdarkly","id":"production","name":"Production","is_default":false,"is_critical":true},"config":{"provider":"launchdarkly","project_id":"search-answers","id":"cited-v2","name":"Cited, says when it does not know","content_version":"1","is_archived":false},"source":null,"because":null,"undoes":null,"split":null,"drops":"bce65a323c62ec41","when":null}','2026-12-07 19:00:14.047320');
CREATE TABLE drifts (
	id VARCHAR NOT NULL, 
	provider VARCHAR NOT NULL, 
	project_id VARCHAR NOT NULL, 
	environment_id VARCHAR NOT NULL, 
	found_at DATETIME NOT NULL, 
	version INTEGER NOT NULL, 
	ended_at DATETIME, 
	ended_as VARCHAR, 
	ended_by VARCHAR NOT NULL, 
	details TEXT NOT NULL, 
	CONSTRAINT pk_drifts PRIMARY KEY (id)
);
INSERT INTO "drifts" VALUES('01M8PWD0DER1G83PMZJYQAYE7Z','registry','pr_zYrN672oPFSsHajhSEfZ5','env_MfXcKh9uios5B56FCXm0H','2026-11-30 19:00:13.771711',1,NULL,NULL,'','{"v":1,"project":"Refund triage","environment":{"provider":"registry","id":"env_MfXcKh9uios5B56FCXm0H","name":"production","default":true,"critical":false},"was":{"at":"2026-11-30T18:50:11.973874+00:00","source":"seen","change":null,"served":{"rules":0,"live":"one","config":"config_YKWqXWS3FTqhYltdwHmQx","version":"config_YKWqXWS3FTqhYltdwHmQx","name":"triage v3"},"by":"","content":null},"now":{"rules":0,"live":"one","config":"config_FK8n1MVLq3pGrtH6Sc1ex","version":"config_FK8n1MVLq3pGrtH6Sc1ex","name":"triage v1"},"late":"","lead":"","moved":null,"was_content":{"messages":[["system","Sort the request of a customer on the {{plan}} plan into one of these queues: not-delivered, damaged, cancelled, return, goodwill. Then thank them for writing and say in one friendly sentence what happens next."],["user","{{request}}"]],"model":"gpt-4o","vendor":"openai","parameters":{"endpoint":"chat","max_tokens":200,"temperature":0.2,"top_p":1.0,"presence_penalty":0.0,"frequency_penalty":0.0},"tools":{},"response_format":{"type":"json_object"},"judges":{}},"now_content":{"messages":[["prompt","Queues: not-delivered, damaged, cancelled, return, goodwill.\nRequest of a customer on the {{plan}} plan: {{request}}\nQueue:"]],"model":"gpt-3.5-turbo-instruct","vendor":"openai","parameters":{"endpoint":"complete","max_tokens":8,"temperature":0.0,"top_p":1.0,"presence_penalty":0.0,"frequency_penalty":0.0,"stop":["\n"]},"tools":{},"response_format":null,"judges":{}}}');
CREATE TABLE job_runs (
	job VARCHAR NOT NULL, 
	process VARCHAR NOT NULL, 
	due DATETIME NOT NULL, 
	owner VARCHAR NOT NULL, 
	claimed_until DATETIME NOT NULL, 
	started_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	fine BOOLEAN NOT NULL, 
	result TEXT NOT NULL, 
	succeeded_at DATETIME, 
	CONSTRAINT pk_job_runs PRIMARY KEY (job, process)
);
INSERT INTO "job_runs" VALUES('index refresh','01M8PWCY3PESYBCV32HNW2K9SV','2026-11-30 19:00:13.463481','01M8PWCY3PESYBCV32HNW2K9SV','2026-11-30 19:05:23.463522','2026-11-30 19:00:13.463522','2026-11-30 19:00:13.536286',1,'14 projects','2026-11-30 19:00:13.536286');
INSERT INTO "job_runs" VALUES('interrupted changes','','2026-11-30 19:00:15.201295','01M8PWCY3PESYBCV32HNW2K9SV','2026-11-30 19:03:25.201312','2026-11-30 19:00:15.201312','2026-11-30 19:00:15.207851',1,'0 settled','2026-11-30 19:00:15.207851');
INSERT INTO "job_runs" VALUES('scheduled changes','01M8PWCY3PESYBCV32HNW2K9SV','2026-11-30 19:00:13.554259','01M8PWCY3PESYBCV32HNW2K9SV','2026-11-30 19:03:23.554287','2026-11-30 19:00:13.554287','2026-11-30 19:00:13.556972',1,'0 due','2026-11-30 19:00:13.556972');
INSERT INTO "job_runs" VALUES('notices','01M8PWCY3PESYBCV32HNW2K9SV','2026-11-30 19:00:13.559805','01M8PWCY3PESYBCV32HNW2K9SV','2026-11-30 19:02:23.559828','2026-11-30 19:00:13.559828','2026-11-30 19:00:13.598836',1,'1 tried','2026-11-30 19:00:13.598836');
INSERT INTO "job_runs" VALUES('approvals that wait','','2026-11-30 19:00:15.215781','01M8PWCY3PESYBCV32HNW2K9SV','2026-11-30 19:01:25.215791','2026-11-30 19:00:15.215791','2026-11-30 19:00:15.221661',1,'0 reminded, 0 expired','2026-11-30 19:00:15.221661');
INSERT INTO "job_runs" VALUES('approvals at providers','','2026-11-30 19:00:15.223343','01M8PWCY3PESYBCV32HNW2K9SV','2026-11-30 19:02:25.223357','2026-11-30 19:00:15.223357','2026-11-30 19:00:15.228842',1,'0 moved on','2026-11-30 19:00:15.228842');
INSERT INTO "job_runs" VALUES('evaluations left running','','2026-11-30 19:00:15.230582','01M8PWCY3PESYBCV32HNW2K9SV','2026-11-30 19:04:25.230596','2026-11-30 19:00:15.230596','2026-11-30 19:00:15.270885',1,'3 running in 8 projects, 0 reported, 0 unreadable','2026-11-30 19:00:15.270885');
INSERT INTO "job_runs" VALUES('drift watch','','2026-11-30 19:00:15.272687','01M8PWCY3PESYBCV32HNW2K9SV','2026-11-30 19:04:25.272707','2026-11-30 19:00:15.272707','2026-11-30 19:00:15.320004',1,'14 projects, 0 first seen, 0 found, 0 ended','2026-11-30 19:00:15.320004');
INSERT INTO "job_runs" VALUES('clean-up','','2026-11-30 19:00:15.321819','01M8PWCY3PESYBCV32HNW2K9SV','2026-11-30 19:01:25.321839','2026-11-30 19:00:15.321839','2026-11-30 19:00:15.330196',1,'0 removed','2026-11-30 19:00:15.330196');
CREATE TABLE lanes (
	name VARCHAR NOT NULL, 
	free_at DATETIME, 
	not_before DATETIME, 
	trouble VARCHAR NOT NULL, 
	trouble_since DATETIME, 
	CONSTRAINT pk_lanes PRIMARY KEY (name)
);
INSERT INTO "lanes" VALUES('C0EVALS','2026-11-30 18:50:13.885566',NULL,'',NULL);
INSERT INTO "lanes" VALUES('C0DEPLOYS','2026-11-30 19:00:17.571659',NULL,'',NULL);
INSERT INTO "lanes" VALUES('edits','2026-11-30 19:00:15.292792',NULL,'',NULL);
CREATE TABLE muted (
	provider VARCHAR NOT NULL, 
	project_id VARCHAR NOT NULL, 
	project_name TEXT NOT NULL, 
	"by" VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_muted PRIMARY KEY (provider, project_id)
);
CREATE TABLE notices (
	id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	org VARCHAR NOT NULL, 
	team VARCHAR NOT NULL, 
	channel VARCHAR NOT NULL, 
	thread_ts VARCHAR, 
	created_at DATETIME NOT NULL, 
	wanted INTEGER NOT NULL, 
	shown INTEGER NOT NULL, 
	at_channel VARCHAR, 
	at_ts VARCHAR, 
	attempts INTEGER NOT NULL, 
	not_before DATETIME, 
	last_error TEXT NOT NULL, 
	given_up BOOLEAN NOT NULL, 
	claimed_by VARCHAR, 
	claimed_until DATETIME, behind_since DATETIME, posting VARCHAR, posting_since DATETIME, 
	CONSTRAINT pk_notices PRIMARY KEY (id), 
	CONSTRAINT uq_notices_kind_subject UNIQUE (kind, subject)
);
INSERT INTO "notices" VALUES('01M8PWCYJ4F2XNBZV1FQ69QZEP','evaluation','registry:ev_cI1nwVoIOX2Aq7d6ThbP0@2026-11-27T18:45:11.191331+00:00','T0ACORN','T0ACORN','C0EVALS',NULL,'2026-11-30 18:50:11.874700',2,2,'C0EVALS','1796064311.931612',0,NULL,'',0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "notices" VALUES('01M8PWCYJ6VAJQX2K6SQQXEBVK','evaluation','registry:ev_YaFm11FszyrMVOMm32UOV@2026-11-30T12:45:11.191331+00:00','T0ACORN','T0ACORN','C0EVALS',NULL,'2026-11-30 18:50:11.874700',1,1,'C0EVALS','1796064311.961154',0,NULL,'',0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "notices" VALUES('01M8PWCZ7Q64KGPQ13QWAASWCW','card','01M8PWCZ7GFX9766VQP6A6Q3QB','T0ACORN','T0ACORN','C0DEPLOYS',NULL,'2026-11-30 18:55:12.560865',5,5,'C0DEPLOYS','1796064312.598426',0,NULL,'',0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "notices" VALUES('01M8PWCZARNQ176F020YW7A01J','history','01M8PWCZAHJ0P4JG4X1015XB45','T0ACORN','T0ACORN','C0DEPLOYS',NULL,'2026-11-30 18:55:12.655438',1,1,'C0DEPLOYS','1796064312.836119',0,NULL,'',0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "notices" VALUES('01M8PWCZD33VX8F8Z2J56PQV5A','history','01M8PWCZCXMA8XVXBWW4N8NJ0N','T0ACORN','T0ACORN','C0DEPLOYS',NULL,'2026-11-30 18:55:12.733370',1,1,'C0DEPLOYS','1796064312.891226',0,NULL,'',0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "notices" VALUES('01M8PWCZGW2A46K064C1199A2K','card','01M8PWCZGRCQGS1A2A7HGF06YG','T0ACORN','T0ACORN','C0DEPLOYS',NULL,'2026-11-30 18:55:12.856661',2,2,'C0DEPLOYS','1796064312.914012',0,NULL,'',0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "notices" VALUES('01M8PWCZN18X96P5SK9BFCXJCF','history','01M8PWCZMXZKZAS7SXSCPYB83W','T0ACORN','T0ACORN','C0DEPLOYS',NULL,'2026-11-30 18:55:12.989622',1,1,'C0DEPLOYS','1796064313.091952',0,NULL,'',0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "notices" VALUES('01M8PWCZR5F9E6M6GS3JM2JJVH','card','01M8PWCZQX6JB0Z6CVZK744AK0','T0ACORN','T0ACORN','C0DEPLOYS',NULL,'2026-11-30 18:55:13.085006',2,2,'C0DEPLOYS','1796064313.124223',0,NULL,'',0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "notices" VALUES('01M8PWCZTAZ4X5KR6NZYTN052M','history','01M8PWCZT5WSV144RAP325X37Q','T0ACORN','T0ACORN','C0DEPLOYS',NULL,'2026-11-30 18:55:13.157686',1,1,'C0DEPLOYS','1796064313.254106',0,NULL,'',0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "notices" VALUES('01M8PWCZX764RMRHV4HNS4GT58','card','01M8PWCZWZQ0CEWWPKB03ETBMK','T0ACORN','T0ACORN','C0DEPLOYS',NULL,'2026-11-30 18:55:13.247013',4,4,'C0DEPLOYS','1796064313.329530',0,NULL,'',0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "notices" VALUES('01M8PWCZYZA30PCR9E96XPC521','history','01M8PWCZYQX2H0SSWZBP3AAY8W','T0ACORN','T0ACORN','C0DEPLOYS',NULL,'2026-11-30 18:55:13.303036',1,1,'C0DEPLOYS','1796064313.588497',0,NULL,'',0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "notices" VALUES('01M8PWD0DP84G868AD6EE1Z0QA','drift','01M8PWD0DER1G83PMZJYQAYE7Z','T0ACORN','T0ACORN','C0DEPLOYS',NULL,'2026-11-30 19:00:13.771711',1,1,'C0DEPLOYS','1796064313.795740',0,NULL,'',0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "notices" VALUES('01M8PWD0FNTAXHQ94VHP23913J','card','01M8PWD0FKVD6GCX8N6JQY8FF3','T0ACORN','T0ACORN','C0DEPLOYS',NULL,'2026-11-30 19:00:13.843423',1,1,'C0DEPLOYS','1796064313.860357',0,NULL,'',0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "notices" VALUES('01M8PWD0HCDX9WWTKR0HXJTD9G','card','01M8PWD0H9G1EZ5MKBS1XQWQW0','T0ACORN','T0ACORN','C0DEPLOYS',NULL,'2026-11-30 19:00:13.897320',1,1,'C0DEPLOYS','1796064313.916154',0,NULL,'',0,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE occasions (
	id VARCHAR NOT NULL, 
	expires_at DATETIME NOT NULL, 
	CONSTRAINT pk_occasions PRIMARY KEY (id)
);
INSERT INTO "occasions" VALUES('reminded:registry:ev_YaFm11FszyrMVOMm32UOV@2026-11-30T12:45:11.191331+00:00','2026-12-01 18:50:11.871211');
INSERT INTO "occasions" VALUES('reminded:registry:ev_cI1nwVoIOX2Aq7d6ThbP0@2026-11-27T18:45:11.191331+00:00','2026-12-01 18:50:11.873379');
INSERT INTO "occasions" VALUES('command:1796064312439.534361.ca64436fd86f2953','2026-12-02 18:55:12.520301');
INSERT INTO "occasions" VALUES('command:1796064312800.620946.8430bf6d5c1ed0a9','2026-12-02 18:55:12.812801');
INSERT INTO "occasions" VALUES('view:VBF37F4ADD7:1796064312.8a53da8f','2026-12-02 18:55:12.978766');
INSERT INTO "occasions" VALUES('command:1796064313030.444621.12f38e50878a5e78','2026-12-02 18:55:13.038629');
INSERT INTO "occasions" VALUES('command:1796064313195.813085.581f6c94186ddde4','2026-12-02 18:55:13.202955');
INSERT INTO "occasions" VALUES('command:1796064313818.820285.7339d9d6ba2fa331','2026-12-02 19:00:13.824780');
INSERT INTO "occasions" VALUES('command:1796064313870.613869.7414b814ac20c6ce','2026-12-02 19:00:13.874903');
INSERT INTO "occasions" VALUES('command:1796064313947.774979.9ef7bc1617b49aa5','2026-12-02 19:00:13.950662');
INSERT INTO "occasions" VALUES('command:1796064313989.651673.5feb9234c2fbfd2e','2026-12-02 19:00:13.992674');
INSERT INTO "occasions" VALUES('command:1796064314034.926816.c07423e464fe1500','2026-12-02 19:00:14.037613');
CREATE TABLE reminders (
	provider VARCHAR NOT NULL, 
	evaluation_id VARCHAR NOT NULL, 
	project_id VARCHAR NOT NULL, 
	project_name TEXT NOT NULL, 
	first_seen DATETIME NOT NULL, 
	snoozed_until DATETIME, 
	ended_at DATETIME, 
	ended_as VARCHAR NOT NULL, 
	ended_by VARCHAR NOT NULL, times INTEGER DEFAULT '0' NOT NULL, said_at DATETIME, said_in VARCHAR DEFAULT '' NOT NULL, stopped_by VARCHAR DEFAULT '' NOT NULL, 
	CONSTRAINT pk_reminders PRIMARY KEY (provider, evaluation_id)
);
INSERT INTO "reminders" VALUES('registry','ev_txY7oZFTbboO6HBW5xYu0','pr_9tQmjNgQZjsqRAFjtQ8BD','Onboarding guide','2026-11-30 18:05:11.191331',NULL,NULL,'','',0,NULL,'','');
INSERT INTO "reminders" VALUES('registry','ev_YaFm11FszyrMVOMm32UOV','pr_9NS5dWt1AfaIeVETw5RUh','Search rewrite','2026-11-30 12:45:11.191331',NULL,NULL,'','',1,'2026-11-30 18:50:11.874700','registry:ev_YaFm11FszyrMVOMm32UOV@2026-11-30T12:45:11.191331+00:00','');
INSERT INTO "reminders" VALUES('registry','ev_cI1nwVoIOX2Aq7d6ThbP0','pr_WK1ITGgfCMRxhT8BjFa1n','Meeting notes','2026-11-27 18:45:11.191331','2026-11-30 20:00:14.079760',NULL,'','',1,'2026-11-30 18:50:11.874700','registry:ev_cI1nwVoIOX2Aq7d6ThbP0@2026-11-27T18:45:11.191331+00:00','');
CREATE TABLE silences (
	id VARCHAR NOT NULL, 
	provider VARCHAR NOT NULL, 
	since DATETIME NOT NULL, 
	fault VARCHAR NOT NULL, 
	ended_at DATETIME, 
	CONSTRAINT pk_silences PRIMARY KEY (id)
);
CREATE TABLE store_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT store_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "store_version" VALUES('0007');
CREATE TABLE watches (
	provider VARCHAR NOT NULL, 
	resume_after VARCHAR NOT NULL, 
	down_since DATETIME, 
	down_until DATETIME, 
	fault VARCHAR NOT NULL, 
	CONSTRAINT pk_watches PRIMARY KEY (provider)
);
CREATE INDEX ix_audit_subject ON audit (subject, position);
CREATE INDEX ix_changes_applied ON changes (provider, project_id, environment_id, applied_at);
CREATE INDEX ix_changes_created_at ON changes (created_at);
CREATE INDEX ix_changes_project ON changes (provider, project_id, created_at);
CREATE INDEX ix_changes_requester ON changes (requester_org, requester_id, created_at);
CREATE INDEX ix_changes_state_expires_at ON changes (state, expires_at);
CREATE UNIQUE INDEX uq_changes_one_open ON changes (provider, project_id, environment_id) WHERE is_open;
CREATE INDEX ix_drafts_expires_at ON drafts (expires_at);
CREATE INDEX ix_notices_due ON notices (created_at) WHERE wanted > shown AND NOT given_up;
CREATE INDEX ix_reminders_ended_at ON reminders (ended_at);
CREATE INDEX ix_occasions_expires_at ON occasions (expires_at);
CREATE UNIQUE INDEX uq_drifts_one_open ON drifts (provider, project_id, environment_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX uq_silences_one_open ON silences (provider) WHERE ended_at IS NULL;
CREATE INDEX ix_reminders_said_in ON reminders (said_in);
CREATE INDEX ix_changes_state_due_at ON changes (state, due_at);
COMMIT;
