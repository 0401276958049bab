package bench

// pageDetector is what was found when the detector's figures were chosen. It was measured once; TestDetector measures it
// again with the seeds that are asked for.
const pageDetector = `
## Why the detector is as it is

A failure adds 14 to a check's suspicion, a good answer takes 1, it never goes below 0, and an outage is told at 56 once its
failures span 40 s. That is a Bernoulli CUSUM of 1 % of failures against 20 %, at 12 nats, in whole numbers: 14 is
ln(20)/ln(0.99/0.80), and 56 is four failures. Signals by themselves, one check, seed 1, 2000 worlds of each kind and 50
check-years of noise (` + "`go test ./monitor/bench -run Detector -v -seeds 2000`" + `):

| detector (span 40 s) | hard: mean / p95 | 30 % brown-out: median | 10 %: seen | false a year, quiet | noisy |
|---|---|---|---|---|---|
| bucket 9/36, as it was | 76 / 103 s | 355 s | 28 % | 0.16 | 3.16 |
| **bucket 14/56, as it is** | **76 / 103 s** | **335 s** | **53 %** | **0.16** | **3.92** |
| bucket 14/42 | 76 / 103 s | 275 s | 66 % | 0.28 | 11.4 |
| bucket 19/76 | 76 / 103 s | 331 s | 66 % | 0.16 | 5.14 |
| bucket 9/45 | 91 / 118 s | 428 s | 18 % | 0.04 | 0.60 |
| CUSUM 1 % 20 %, 9 nats | 76 / 103 s | 276 s | 66 % | 0.28 | 10.6 |
| CUSUM 1 % 20 %, 12 nats | 91 / 118 s | 339 s | 53 % | 0.04 | 1.78 |
| CUSUM 1 % 25 %, 12 nats | 76 / 103 s | 323 s | 46 % | 0.20 | 4.20 |
| CUSUM 1 % 30 %, 10.5 nats | 76 / 103 s | 295 s | 46 % | 0.24 | 5.76 |
| CUSUM 1 % 30 %, 12 nats | 76 / 103 s | 320 s | 40 % | 0.20 | 4.40 |

Real-valued steps buy nothing that whole ones do not: what counts is how many failures are needed and for how long one is
remembered. Four needed keeps a blip of half a minute and one stray failure from being an outage; longer memory finds faint
brown-outs, until noise is found, too. Some aims exclude each other. A blip outlasts a span of D seconds with exp(-D/8) in
the quiet world, so that 0.1 false alarms a year need D = 50 s, and a mean of 60 s for a hard outage needs D = 30 s
(1.1 a year); at 45 s, where the fourth failure falls, both are within what they must. And what sees a brown-out of 30 % in
240 s has more than 10 false alarms a year in the noisy world. Asking twice as often once a second failure is seen gives
285 s at the same noise, and needs a third pace and a second weight: not worth it.

Presets (2000 worlds, 3000 and 1000 years of noise, seed 1):

| preset | rule | hard: mean / p95 | 30 %: median | 10 %: seen | quiet | noisy |
|---|---|---|---|---|---|---|
| fast | 9/27, 25 s | 60 / 87 s | 289 s | 41 % | 1.20 | 16.1 |
| balanced | 14/56, 40 s | 75 / 102 s | 341 s | 53 % | 0.19 | 3.8 |
| quiet | 14/84, 70 s | 105 / 132 s | 471 s | 29 % | 0.003 | 0.2 |

The end is told after so many good answers in a row that fewer than one in 200 such runs would be seen if it went on, and
after 40 s of them. The rate that this is reckoned with is the least that it may well be (Wilson's bound, nine cases in
ten), because a trouble is found where it happens to fail most. Half an hour of 30 %, 2000 worlds:

| rate | messages | all-clear, median |
|---|---|---|
| as seen, smoothed, as it was | 2.60 | 189 s |
| bound at 1.0 sigma | 2.24 | 232 s |
| **bound at 1.28 sigma, as it is** | **2.18** | **242 s** |
| bound at 1.5 sigma | 2.12 | 254 s |

After a re-opening the calm has to last twice as long as before, and half as long again as the one that proved to be none
if that was under four minutes: ten flaps of 3/3 min are four messages, and were six. Recovery by likelihood ratio, in which
a failure only takes away some of the calm, tells ends 12 s later and changes no other figure; what is kept of it is that a
stray failure after 20 good answers does not undo a long calm. Where all of a host's own checks fail together, the last
confirmation is asked when the span is full and not at the next step of 15 s: five checks are told after 50 s, and were after
56.
`
