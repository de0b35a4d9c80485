-- Health of a Dataset, TrainingJob, ModelDeployment or BatchPrediction for Argo CD.
-- The same rules as kstatus, which Flux and Helm 4 use without any help: what the operator did not
-- look at yet is under way, Stalled has failed, what waits for a person is suspended, Ready is healthy.
local function condition(type)
  for _, c in ipairs((obj.status or {}).conditions or {}) do
    if c.type == type then
      return c
    end
  end
  return {}
end

local function health(status, message)
  return { status = status, message = message or "" }
end

if obj.metadata.deletionTimestamp ~= nil then
  return health("Progressing", "being deleted")
end
if (obj.status or {}).observedGeneration ~= obj.metadata.generation then
  return health("Progressing", "the operator has not looked at this version of it yet")
end
local stalled, reconciling, ready = condition("Stalled"), condition("Reconciling"), condition("Ready")
if stalled.status == "True" then
  return health("Degraded", stalled.message)
end
local suspended = condition("Suspended")
if suspended.status == "True" or (obj.spec or {}).suspend == true then
  return health("Suspended", suspended.message or ready.message)
end
if reconciling.status == "True" then
  return health("Progressing", reconciling.message)
end
if ready.status == "True" then
  return health("Healthy", ready.message)
end
return health("Progressing", ready.message)
