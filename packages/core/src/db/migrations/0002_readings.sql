-- The triage rule and the area ratio as functions, so that every query reads the facts alike.

create function triage_reason(
  probability real, entropy real, area real, degenerate boolean, p_low real, entropy_max real, area_max real
) returns text language sql immutable parallel safe
return case
  when probability < p_low then 'below_p_low'
  when degenerate then 'degenerate_cam'
  when entropy_max is not null and entropy is null then 'facts_missing'
  when entropy > entropy_max then 'entropy_above'
  when area_max is not null and area is null then 'facts_missing'
  when area > area_max then 'area_above'
  else 'localised'
end;
comment on function triage_reason is 'Why an image is negative (below_p_low), positive (localised) or inconclusive (the rest). A null maximum leaves its gate out.';

create function cam_area(grid real[], alpha float8) returns real language sql immutable parallel safe
return (
  select case when max(peak) > 0 then count(*) filter (where cell::float8 > alpha * peak)::float8 / count(*) end
  from unnest(grid) as cell, (select max(each)::float8 as peak from unnest(grid) as each) as maximum
);
comment on function cam_area is 'Share of cells strictly above alpha times the largest; null when no cell is positive or there is no grid. As camAreaRatio of core/explain.';
