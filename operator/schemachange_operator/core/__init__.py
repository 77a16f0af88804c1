"""The core: values in, values out.

All functions here are computational. No I/O, no clock, no chance: time is an argument. Operator side (`kube`,
`controller`) and runner side (`runner`, `postgres`) meet only here and in `api`; import contracts hold that.
"""
