package bench

// pageCauses says what counts in the rows of causes.
const pageCauses = `
## What counts for causes

In the worlds of causes one or two things break at a known time, with the watchlist that ships and six modules, and one
answer in twenty is wrong: an attempt that should be good fails, and one that should fail is good.

- *First culprit right*: the first message with a check in it that sees what broke names what broke, and whose matter it is.
  Where one check alone can see it, as a module's only check of one account, that check is right as well.
- *All found*: so many of the things that broke were named while they lasted: 40 minutes at most, 80 with 400 accounts.
- *Wrong extra incidents*: told of what broke, and as something else or beside it.
- In the brown-out, three in ten of what is asked of the host fail for 40 minutes. One check cannot tell that from its own
  trouble: the first words are often of the check, and the same incident comes to name the host. Nothing is asked of it.
- For our own network nobody is to be blamed at all.
- A world in which wrong evidence had opened an incident of the very thing before it broke is left out.
- What apaleo says of credentials and rights is no matter of chance: of the wrong answers there, none is a wrong refusal.

From six accounts on, modules are asked of one account after the other, and each account more seldom: with 20 accounts and
400, "one account" has two checks of its own. The accounts are configured ones; reported hotels are not in these worlds.
` + "`go test ./monitor/bench -run TestCauses -v -cause.seeds 100 -cause.accounts 3`" + ` shows what the first words named instead.
`
