-- Room on each page for the new version of a claimed row: a claim then updates in place (HOT) and touches no index.
ALTER TABLE "units" SET (fillfactor = 70);
