using Pfe.Calibration;
using Pfe.Vision.Imaging.Damage;
using Pfe.Vision.Verification;

namespace Pfe.Vision.Tests.Imaging.Damage;

public sealed class DamagePlanTests
{
    // Person p has the images 10 p, 10 p + 1, ...
    private static readonly IReadOnlyList<int>[] People = [.. Enumerable.Range(0,
        9).Select(p => (IReadOnlyList<int>)[10 * p, 10 * p + 1, 10 * p + 2])];

    [Fact]
    public void A_group_shares_its_recipes_and_no_other_group_has_them()
    {
        var plan = DamagePlan.InGroups(People, groupSize: 4, imagesEach: 2, recipesEach: 2, wornEach: 1, seed: 7);
        plan.Recipes.Count.ShouldBe(6);
        plan.Recipes.Distinct().Count().ShouldBe(6);
        foreach (var recipe in Enumerable.Range(0, 6))
        {
            var faces = plan.Faces.Where(face => face.Recipe == recipe).ToArray();
            faces.Select(face => face.Person).Distinct().ShouldBe(Enumerable.Range(recipe / 3 * 4, 4));
            faces.Select(face => face.Image).ShouldBe(plan.Faces.Where(face => face.Recipe == DamagePlan.Clean
                && face.Person / 4 == recipe / 3).Select(face => face.Image));
        }
        DamagePlan.InGroups(People, 4, 2, 2, 1, 7).Recipes.ShouldBe(plan.Recipes);
        DamagePlan.InGroups(People, 4, 2, 2, 1, 8).Recipes.ShouldNotBe(plan.Recipes);
    }

    [Fact]
    public void Every_person_has_every_kind()
    {
        var plan = DamagePlan.ByKind(People, [RecipeKind.Mask, RecipeKind.Blur], recipesEach: 2, imagesEach: 3, seed: 7);
        plan.Recipes.Select(recipe => recipe.Kind).ShouldBe([RecipeKind.Mask, RecipeKind.Mask, RecipeKind.Blur, RecipeKind.Blur]);
        foreach (var kind in new RecipeKind?[] { null, RecipeKind.Mask, RecipeKind.Blur })
            plan.Faces.Where(face => plan.KindOf(face) == kind).Select(face =>
                face.Image).Order().ShouldBe(People.SelectMany(person => person));
    }

    [Fact]
    public void Pairs_are_told_apart_by_family_kind_and_person()
    {
        var plan = DamagePlan.ByKind(People[..4], [RecipeKind.Mask, RecipeKind.Synthetic], recipesEach: 2, imagesEach: 2, seed: 7);
        var asked = new List<(PlannedFace, PlannedFace)>();
        var pairs = PlannedPairs.Of(plan, null, (a, b) =>
        {
            asked.Add((plan.Faces[a], plan.Faces[b]));
            return asked.Count - 1;
        }, seed: 1).ToDictionary(kind => kind.Name);

        // 8 clean faces of 4 people: 28 pairs, 4 of one person.
        (pairs["clean"].Genuine.Count, pairs["clean"].Impostor.Count).ShouldBe((4, 24));
        // Two recipes of 4 faces of 2 people each: 6 pairs each, 2 of one person.
        (pairs["same damage: mask"].Genuine.Count, pairs["same damage: mask"].Impostor.Count).ShouldBe((4, 8));
        // 8 clean x 8 masked: 8 of the same photograph, 8 of the other photograph of the same person.
        (pairs["clean and damaged: mask"].Genuine.Count, pairs["clean and damaged: mask"].Impostor.Count).ShouldBe((8, 48));
        // Nobody is to be seen, so nobody is the same.
        (pairs["no face: synthetic"].Genuine.Count, pairs["no face: synthetic"].Impostor.Count).ShouldBe((0, 8 + 48));
        foreach (var (a, b) in pairs["different damages"].Impostor.Select(n => asked[(int)n]))
            (a.Recipe != b.Recipe && plan.KindOf(a) == RecipeKind.Mask && plan.KindOf(b) == RecipeKind.Mask).ShouldBeTrue();
        foreach (var kind in pairs.Values)
        {
            kind.Genuine.ShouldAllBe(n => asked[(int)n].Item1.Person == asked[(int)n].Item2.Person
                && asked[(int)n].Item1.Image != asked[(int)n].Item2.Image);
            kind.Impostor.ShouldAllBe(n => asked[(int)n].Item1.Person != asked[(int)n].Item2.Person);
        }
    }

    [Fact]
    public void Faces_that_cannot_be_used_make_no_pairs()
    {
        var plan = DamagePlan.ByKind(People, [RecipeKind.Mask], 1, 2, 7);
        var pairs = PlannedPairs.Of(plan, row => plan.Faces[row].Person != 3, (a, b) =>
        {
            plan.Faces[a].Person.ShouldNotBe(3);
            plan.Faces[b].Person.ShouldNotBe(3);
            return 0;
        }, seed: 1);
        pairs[0].Impostor.Count.ShouldBe(16 * 15 / 2 - 8);
    }
}
