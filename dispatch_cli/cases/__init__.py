"""Working a case: each verb is one decision in the store with its record in the journal."""
